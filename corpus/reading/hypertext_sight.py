"""Which parts of a web page a reader never sees: no part of the text, but worth a note."""

from __future__ import annotations

from collections.abc import Mapping

from corpus.reading.hypertext_looks import StyleSheet

_DROPPED = frozenset(
    "audio button canvas datalist head iframe math nav noscript object script select style svg template "
    "textarea video".split()
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_IN_HEAD = frozenset("base basefont bgsound link meta noscript object script style template title".split())
# Pages hide these until their scripts have run; whoever reads the page sees them.
_WHOLE = frozenset({"html", "body"})
_MAX_GROUNDS = 100
_MAX_SHEET_PIECES = 10_000
_HIDDEN = "网页含有看不见的文字（约 {count} 字），未读入"
_WHITE = "网页含有白色文字，看不看得见取决于背景，已读入，请对照网页核对"


class Sight:
    """Follows the tags of one page and tells what lies in content that is dropped or out of sight.

    Args:
        blocks: elements whose start ends an open paragraph.
    """

    def __init__(self, blocks: frozenset[str]) -> None:
        self._blocks = blocks
        self.dropping = ""
        self._depth = 0
        self._counting = False
        self._hidden = 0
        self._white = False
        self._sheet = StyleSheet()
        self._sheet_text: list[str] | None = None
        self._elsewhere = False
        self._grounds: list[tuple[str, int]] = []

    def notes(self) -> tuple[str, ...]:
        """What the health report should say, once the page has been read."""
        hidden = _HIDDEN.format(count=self._hidden) if self._hidden else ""
        return tuple(note for note in (hidden, _WHITE if self._white else "") if note)

    def skips_start(self, tag: str, values: Mapping[str, str]) -> bool:
        """Take a start tag; whether it lies in, or starts, what is not seen."""
        if tag == "style":
            self._sheet_text = []
        if tag == "link" and "stylesheet" in values.get("rel", "").lower():
            self._elsewhere = True
        if self.dropping and not self._ends_drop(tag):
            self._depth += tag == self.dropping
            return True
        if tag in _DROPPED:
            self._drop(tag, counting=False)
        elif tag not in _VOID and self._is_out_of_sight(tag, values):
            self._drop(tag, counting=True)
        return bool(self.dropping)

    def skips_end(self, tag: str) -> bool:
        """Take an end tag; whether it lies in, or ends, what is not seen."""
        if tag == "style" and self._sheet_text is not None:
            self._sheet.add("".join(self._sheet_text))
            self._sheet_text = None
        if not self.dropping:
            self._leave(tag)
            return False
        self._depth -= tag == self.dropping
        if self._depth <= 0:
            self.dropping = ""
        return True

    def skips_text(self, data: str) -> bool:
        """Take text; whether it is not seen."""
        if self._sheet_text is not None and len(self._sheet_text) < _MAX_SHEET_PIECES:
            self._sheet_text.append(data)
        elif self.dropping and self._counting:
            self._hidden += len(data.strip())
        return bool(self.dropping)

    def _drop(self, tag: str, *, counting: bool) -> None:
        self.dropping, self._depth, self._counting = tag, 1, counting

    def _is_out_of_sight(self, tag: str, values: Mapping[str, str]) -> bool:
        look = self._sheet.look(tag, values)
        self._enter(tag, ground=bool(look.ground))
        if tag in _WHOLE:
            return False
        if "hidden" in values or look.hidden:
            return True
        if not look.white or look.ground or self._grounds:
            return False
        if self._elsewhere or self._sheet.intricate:
            self._white = True  # a sheet that we do not have, or do not follow, may give it a ground
            return False
        return True

    def _enter(self, tag: str, *, ground: bool) -> None:
        """Keep count of the open elements that have a ground which is not white, by tag and depth."""
        self._grounds = [(name, depth + (name == tag)) for name, depth in self._grounds]
        if ground and len(self._grounds) < _MAX_GROUNDS:
            self._grounds.append((tag, 1))

    def _leave(self, tag: str) -> None:
        left = ((name, depth - (name == tag)) for name, depth in self._grounds)
        self._grounds = [(name, depth) for name, depth in left if depth > 0]

    def _ends_drop(self, tag: str) -> bool:
        """Whether a start tag ends dropped content whose own end tag was left out, as HTML allows."""
        head, paragraph = self.dropping == "head", self.dropping == "p"
        ended = (head and tag not in _IN_HEAD) or (paragraph and tag in self._blocks)
        if ended:
            self.dropping = ""
        return ended
