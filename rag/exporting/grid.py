"""Answers and changes as rows and columns, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.changes import Change
from corpus.types import Case
from rag.changes import ASPECT_NAMES, COMPUTED, MIXED_DAYS, computed_delta, mixes_days, quote_of
from rag.exporting.blocks import Block, Line, blocks_of, marks_of, text_of
from rag.exporting.legible import legible, on_one_line
from rag.exporting.notes import Library, SourceNote, note_of, notes_of
from rag.types import Answer

_QUESTION, _CASE, _PLACE, _TEXT = "问题", "案例", "地方", "内容"
_STOPS = ("。", "！", "？")
_ABSENT = "—"


@dataclass(frozen=True, slots=True)
class Row:
    """A row.

    Attributes:
        cells: by the names of their columns.
        notes: the sources that it rests on.
        question: that it answers, "" where there is only one or none.
    """

    cells: Mapping[str, str]
    notes: tuple[SourceNote, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with its sources.

    Attributes:
        rows: in the order shown.
        remarks: (question, what must be known to read the rows) pairs; the question is "" as in `Row`.
        heading: what the table is about.
    """

    rows: tuple[Row, ...]
    remarks: tuple[tuple[str, str], ...]
    heading: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of cells, in order of appearance."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.cells))


def answer_grid(turns: Sequence[tuple[str, Answer]], library: Library) -> Grid:
    """The rows of comparisons, or a row for each sentence; the columns of several answers side by side.

    Args:
        turns: questions as asked, with their answers.
        library: where the cases come from.
    """
    rows: list[Row] = []
    remarks: list[tuple[str, str]] = []
    for asked, answer in turns:
        question = on_one_line(asked) if len(turns) > 1 else ""
        notes = notes_of(answer, library)
        blocks = blocks_of(answer.text, {note.number for note in notes})
        made = tuple(_rows(blocks, notes, question)) or tuple(_unmarked_rows(blocks, question))
        rows += made
        said = (
            [f"结合上文，按“{answer.resolved}”回答"]
            if answer.resolved and answer.reason != "out_of_scope"
            else []
        )
        said += [*answer.notes, *_remarks(blocks, made)]
        remarks += [(question, on_one_line(one)) for one in said]
    return Grid(tuple(rows), tuple(remarks), "；".join(on_one_line(asked) for asked, _ in turns))


def _rows(blocks: Sequence[Block], notes: Sequence[SourceNote], question: str) -> Iterator[Row]:
    """A row for each row of a table and each other line with a mark."""
    for block in blocks:
        head, body = (block.rows[0], block.rows[1:]) if block.kind == "table" else ((), block.rows)
        for line in body:
            cited = _cited((number for cell in line for number in marks_of(cell)), notes)
            if head:
                yield Row(_table_cells(head, line, cited), cited, question)
            elif cited:
                where = {_CASE: _joined(note.title for note in cited)}
                where[_PLACE] = _joined(note.region for note in cited) or _ABSENT
                yield Row({**where, _TEXT: text_of(line[0])}, cited, question)


def _table_cells(head: Sequence[Line], line: Sequence[Line], cited: Sequence[SourceNote]) -> dict[str, str]:
    """Cells by column; the case by its title, as its ordinal means nothing once rows are sorted."""
    cells = {text_of(name): text_of(cell) for name, cell in zip(head, line, strict=True)}
    if _CASE in cells and cited:
        cells[_CASE] = _joined(note.title for note in cited)
    return cells


def _unmarked_rows(blocks: Sequence[Block], question: str) -> Iterator[Row]:
    """A row for each line of an answer that rests on no source: a refusal with the names of the nearest cases."""
    for block in blocks:
        if block.kind != "table":
            yield Row({_TEXT: text_of(block.line)}, (), question)


def _remarks(blocks: Sequence[Block], rows: Sequence[Row]) -> Iterator[str]:
    """Whole sentences that stand beside the rows, but for the one that only resolves the ordinals of a table."""
    told = {cell for row in rows for cell in row.cells.values()}
    titles = {note.title for row in rows for note in row.notes}
    tabled = any(block.kind == "table" for block in blocks)
    for block in blocks:
        if block.kind != "paragraph" or block.is_heading or marks_of(block.line):
            continue
        text = text_of(block.line)
        is_legend = tabled and all(f"、{title}" in text for title in titles)  # 案例：一、…；二、…。
        if text.endswith(_STOPS) and text not in told and not is_legend:
            yield text


def _cited(numbers: Iterable[int], notes: Sequence[SourceNote]) -> tuple[SourceNote, ...]:
    wanted = set(numbers)
    return tuple(note for note in notes if note.number in wanted)


def _joined(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))


def changes_grid(changes: Sequence[Change], cases: Mapping[str, Case], library: Library) -> Grid:
    """The before/after table, a row for each change; see `rag.changes.filtered` for which ones.

    Args:
        changes: of the cases in `cases`.
        cases: by id.
        library: where the cases come from.
    """
    rows = tuple(
        _change_row(number, one, cases[one.case_id], library) for number, one in enumerate(changes, 1)
    )
    remarks = [MIXED_DAYS] if mixes_days(changes) else []
    remarks += [COMPUTED] if any(computed_delta(one) for one in changes) else []
    return Grid(rows, tuple(("", remark) for remark in remarks), "时限、环节、材料、跑动和比例的变化")


def _change_row(number: int, change: Change, case: Case, library: Library) -> Row:
    computed = computed_delta(change)
    lines = library.document(case).lines_of(change.span)
    cells = {
        "事项": change.matter,
        "方面": ASPECT_NAMES[change.aspect],
        "原来": change.before,
        "现在": change.after,
        "变化": change.delta or (f"{computed}*" if computed else ""),
        _CASE: on_one_line(case.title),
        _PLACE: on_one_line(case.region),
    }
    note = note_of(number, case, library, lines, quote_of(change, case))
    return Row({name: legible(cell) for name, cell in cells.items()}, (note,))
