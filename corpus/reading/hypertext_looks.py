"""What a web page's own style says about being seen: inline styles and the simple rules of style sheets.

Only what takes text out of sight is looked at, and only rules of one element: "tag", ".class", "#id" and
their combinations. A rule inside @media or with a pseudo-class holds now and then, so none of them counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MAX_RULES = 5000
_MAX_SHEET_CHARACTERS = 1_000_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|opacity:0*\.?0*(?:;|!|$)|font:?-?size:[01]?(?:\.\d+)?(?:px|pt)?(?:;|!|$)"
    r"|text-indent:-\d{3}|clip:rect\(0(?:px)?[,)]|clip-path:inset\((?:50|100)%"
)
_OUTSIDE = re.compile(r"(?:^|;)(?:left|right|top|bottom|margin-left|margin-top):-\d{3}")
_SHOWN = re.compile(r"display:(?!none)|visibility:visible|opacity:(?:1|0?\.[1-9])")
_WHITE = re.compile(r"(?:^|;)(?:-webkit-text-fill-)?color:(?P<colour>[^;!]*)")
_GROUND = re.compile(r"(?:^|;)background(?:-color|-image)?:(?P<colour>[^;!]*)")
_NOTHING = frozenset({"", "none", "transparent", "inherit", "initial", "unset", "0", "0 0"})


@dataclass(frozen=True, slots=True)
class Look:
    """What a style states, None where it does not: out of sight, in white, on a ground that is not white."""

    hidden: bool | None = None
    white: bool | None = None
    ground: bool | None = None

    def over(self, other: Look) -> Look:
        """This look where it states something, else `other`."""
        pairs = zip(
            (self.hidden, self.white, self.ground), (other.hidden, other.white, other.ground), strict=True
        )
        return Look(*(other_ if own is None else own for own, other_ in pairs))


_Key = tuple[
    str, frozenset[str]
]  # an element's name, "" for any, and the classes and the id that it must have


class StyleSheet:
    """The simple rules of all style sheets of one page.

    Attributes:
        intricate: whether a rule that is not simple gives some element a ground.
    """

    def __init__(self) -> None:
        self.intricate = False
        self._rules: dict[str, dict[_Key, Look]] = {}
        self._count = 0

    def add(self, text: str) -> None:
        """Take the rules of one sheet; what is no simple rule is passed over."""
        for selectors, declarations in _rules_of(_COMMENT.sub(" ", text[:_MAX_SHEET_CHARACTERS])):
            look = look_of(declarations)
            if look == Look():
                continue
            for selector in selectors.split(","):
                self._add(selector.strip(), look)

    def look(self, tag: str, values: Mapping[str, str]) -> Look:
        """How an element looks by these rules and by its own attributes, which count for more.

        Args:
            tag: its name.
            values: its attributes.
        """
        own = look_of(values.get("style", "")) if "style" in values else Look()
        if tag == "font" and is_white(values.get("color", "")):
            own = own.over(Look(white=True))
        if values.get("bgcolor") or values.get("background"):
            ground = bool(values.get("background")) or not is_white(values["bgcolor"])
            own = own.over(Look(ground=ground))
        found = Look()
        for _, look in sorted(self._matching(tag, values), key=lambda rule: len(rule[0][1])):
            found = look.over(found)
        return own.over(found)

    def _add(self, selector: str, look: Look) -> None:
        simple = _SELECTOR.fullmatch(selector)
        if not simple or not selector or self._count >= _MAX_RULES:
            self.intricate = self.intricate or bool(look.ground)
            return
        self._count += 1
        names = re.findall(r"[.#][\w-]+", simple.group(2))
        tag = (simple.group(1) or "").lower()
        alike = self._rules.setdefault(names[0] if names else tag, {})
        key = (tag, frozenset(names))
        alike[key] = look.over(alike.get(key, Look()))  # a later rule counts for more

    def _matching(self, tag: str, values: Mapping[str, str]) -> Iterable[tuple[_Key, Look]]:
        if not self._rules:
            return
        names = {f".{name}" for name in values.get("class", "").split()[:50]}
        names |= {f"#{values['id']}"} if values.get("id") else set()
        for key in (tag, *sorted(names)):
            for (wanted, needed), look in self._rules.get(key, {}).items():
                if needed <= names and wanted in ("", tag):
                    yield (wanted, needed), look


def look_of(declarations: str) -> Look:
    """What the declarations of one rule or of a style attribute state."""
    text = re.sub(r"\s*([:;,!()])\s*", r"\1", declarations.strip().lower())[:2000]
    moved = "position:absolute" in text or "position:fixed" in text
    hidden = bool(_HIDDEN.search(text)) or (moved and bool(_OUTSIDE.search(text)))
    white, ground = _WHITE.search(text), _GROUND.search(text)
    return Look(
        hidden=True if hidden else (False if _SHOWN.search(text) else None),
        white=is_white(white["colour"]) if white else None,
        ground=not is_white(ground["colour"]) and ground["colour"].strip() not in _NOTHING
        if ground
        else None,
    )


def is_white(colour: str) -> bool:
    """Whether a colour of HTML or CSS is white or so nearly white that nobody sees it on paper."""
    name = colour.strip().lower()
    if name in ("white", "snow", "ghostwhite", "ivory", "floralwhite", "transparent"):
        return True
    short = re.fullmatch(r"#?([0-9a-f])([0-9a-f])([0-9a-f])", name)
    long = re.fullmatch(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", name)
    if short or long:
        parts = (short or long).groups()  # type: ignore[union-attr]
        return min(int(part * (2 if short else 1), 16) for part in parts) >= 0xF0
    numbers = re.match(r"rgba?\((\d+)[, ]+(\d+)[, ]+(\d+)", name)
    return bool(numbers) and min(map(int, numbers.groups())) >= 0xF0  # type: ignore[union-attr]


def _rules_of(text: str) -> Iterable[tuple[str, str]]:
    """Selectors and declarations of the rules outside every @ block."""
    depth, at, head = 0, 0, ""
    for brace in re.finditer("[{}]", text):
        if brace.group() == "{":
            if depth == 0:
                head = text[at : brace.start()].rpartition(";")[2].strip()  # behind @import …;
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and not head.startswith("@"):
                yield head, text[at : brace.start()]
        if depth <= 1:
            at = brace.end()
