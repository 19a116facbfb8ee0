"""The documents page: upload, look at what was read, accept; below, the documents of the index."""

from __future__ import annotations

import html
import pathlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from corpus.reading import SUPPORTED
from ui.components import QUIET, gr
from ui.documents import listing
from ui.documents.actions import QUICK, SLOW, Asked, refuse_read_only
from ui.documents.arriving import arriving
from ui.documents.cutting import cutting
from ui.documents.desk import Bench, Desk
from ui.documents.following import following
from ui.documents.reports import pending_list
from ui.library import Library
from ui.materials import Materials, said

T = TypeVar("T")
KEPT_SECONDS = 3600  # that uploads nobody accepted are kept
READERS_AT_ONCE = 2
_SCRIPT = (pathlib.Path(__file__).resolve().parent.parent / "documents" / "actions.js").read_text(
    encoding="utf-8"
)
_KINDS = "Word（.docx .doc .wps .rtf）、PDF、网页（.html .htm）、文本（.txt .md）"


def build(library: Library) -> None:
    """Lay the page out and wire it."""
    materials = library.materials
    if materials is None:
        gr.HTML(listing.NO_MATERIALS, js_on_load=None)
        return
    with gr.Column(elem_id="documents"):
        which = _region(listing.sources(materials), "which-documents")
        drop = _region(_drop(materials.settings.largest_upload), "drop", visible=materials.changeable)
        told = _region("", "told")
        waiting = _region("", "waiting")
        laid_open = _region("", "laid-open")
        held = _region("", "held")
    bench = gr.State(Bench(), time_to_live=KEPT_SECONDS, delete_callback=Bench.clear)
    outputs = [bench, told, which, waiting, laid_open, held]
    page = _Page(library, materials)
    at_once: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **QUIET}
    lasting: dict[str, Any] = {"trigger_mode": "multiple", **QUIET}
    regions = (which, waiting, laid_open, held)
    # What is done at once is answered by the very request: the stream of the queue is closed when no event is left, and
    # what is pressed in that moment is carried out but never shown. And in the mode "once" Gradio drops what is pressed
    # while an event is not quite over, though its result is on the screen already.
    gr.on([region.click for region in regions], page.press, bench, outputs, **at_once)
    gr.on([region.submit for region in regions], page.work, bench, outputs, **lasting)
    drop.upload(page.arrive, bench, outputs, concurrency_limit=READERS_AT_ONCE, **lasting)
    which.select(page.look, bench, outputs, **at_once)


def _region(value: str, name: str, *, visible: bool = True) -> Any:
    return gr.HTML(value, elem_id=name, js_on_load=_SCRIPT, visible=visible, elem_classes="region")


def _drop(largest: int) -> str:
    endings = ",".join(sorted(SUPPORTED))
    return (
        f'<section class="drop" data-largest="{largest}"><h2>收录新材料</h2>'
        '<label class="target" for="files"><strong>把文件拖到这里，或点这里选择</strong>'
        f"<span>可以一次选多个。支持 {_KINDS}；每个文件不超过 {largest} MB</span></label>"
        f'<input type="file" id="files" multiple accept="{endings}" aria-label="选择要收录的文件，可以选多个">'
        '<ul class="arriving" aria-live="polite"></ul></section>'
    )


Shown = tuple[Any, ...]
"""The bench, a message, and what each region shows; some may be left as they are."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What the events of the page do."""

    library: Library
    materials: Materials

    def shown(self, bench: Bench, text: str) -> Shown:
        """All regions."""
        bench.shown = self._regions(bench.desk)
        return (bench, text, *bench.shown)

    def _regions(self, desk: Desk) -> tuple[str, ...]:
        return (
            listing.sources(self.materials),
            pending_list(desk),
            cutting(desk.editing),
            listing.documents(self.materials, desk),
        )

    def press(self, bench: Bench, event: gr.EventData) -> Shown:
        """A button was pressed whose work is done at once."""
        asked, text = Asked.of(event._data), ""  # noqa: SLF001 - the only way to what a page's own script sends
        try:
            refuse_read_only(asked, self.materials)
            if asked.do in QUICK:
                bench.change(lambda desk: QUICK[asked.do](desk, asked, self.materials))
        except Exception as error:  # noqa: BLE001 - the page lives on, the person reads Chinese
            text = message(said(error), failed=True)
        return self.shown(bench, text)

    def work(self, bench: Bench, event: gr.EventData) -> Iterator[Shown]:
        """A button was pressed whose work takes some seconds."""
        asked, text = Asked.of(event._data), ""  # noqa: SLF001 - as above
        try:
            refuse_read_only(asked, self.materials)
            if asked.do in SLOW:
                work, desk = SLOW[asked.do], bench.desk
                steps = following(lambda progress: work(desk, asked, self.library, self.materials, progress))
                step, text = yield from _followed(steps)
                bench.change(step)
            yield self.shown(bench, message(text))
        except Exception as error:  # noqa: BLE001 - as above
            yield self.shown(bench, message(said(error), failed=True))

    def arrive(self, bench: Bench, event: gr.EventData) -> Iterator[Shown]:
        """Files were uploaded."""
        for lines in arriving(bench, event._data, self.materials):  # noqa: SLF001 - as above
            yield self.shown(bench, lines)

    def look(self, bench: Bench) -> Shown:
        """The page came into sight: somebody else may have changed the documents.

        Where nobody has, nothing is drawn anew: it would take away what is just being pressed.
        """
        desk = bench.desk
        regions = self._regions(desk)
        if regions == bench.shown or bench.desk is not desk:
            return (bench, *[gr.skip()] * 5)
        bench.shown = regions
        return (bench, gr.skip(), *regions)


def _followed(steps: Generator[tuple[str, float], None, T]) -> Generator[Shown, None, T]:
    """Progress for the region of messages, the other regions left alone; then what the work returned."""
    try:
        while True:
            step, share = next(steps)
            yield (gr.skip(), progress_bar(step, share), *[gr.skip()] * 4)
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return]  # what `following` returns


def message(text: str, *, failed: bool = False) -> str:
    """What came of it, as HTML."""
    return f'<p class="message{" failed" if failed else ""}">{html.escape(text)}</p>' if text else ""


def progress_bar(step: str, share: float) -> str:
    """How far it is, as HTML."""
    percent = round(min(max(share, 0.0), 1.0) * 100)
    return (
        f'<div class="library preparing"><p>{html.escape(step)} {percent}%</p>'
        f'<progress max="100" value="{percent}" aria-label="进度"></progress></div>'
    )
