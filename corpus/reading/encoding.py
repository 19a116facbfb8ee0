"""Bytes to text: byte order mark, UTF-16 without one, UTF-8, then GB18030 against Big5.

Nearly every Big5 file is valid GB18030 too, so the two decodings are compared: in the right one most
characters are everyday ones, in the wrong one they are rare words, phonetic signs and private-use codes
(the Big5 comma A141 and its neighbours lie in the private-use rows of GB18030). Statistical detectors
need long texts for this; counting everyday characters works from one sentence on.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from corpus.errors import UnreadableFileError
from corpus.reading.limits import MAX_BROKEN_SHARE

_SAVE_AS_TEXT = "请用记事本或 WPS 打开核对，另存为 UTF-8 编码的 .txt 后重试"
# What tells encodings apart shows within a page; a file may have 50 million characters.
_SAMPLE_CHARACTERS = 100_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 BOM"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
    (b"\x84\x31\x95\x33", "gb18030", "GB18030"),
)
_DECLARED = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "cp950"}
# The most frequent characters of Chinese prose and of administrative prose, and the Traditional forms of
# those that have one: about two thirds of any running text.
_EVERYDAY = frozenset(
    "一是人了不在有大中国和为这上他个地年来我会以到时要出的生学说道民家子也成行下们于后就发自之对得主长可过天"
    "作分方用多你着部能市等业全里工公经本都而高政法面门动日进区事代那去心小同北定开产前其军还然起种所如现理机"
    "体表力好外与文当两实重新三么只山水关明从化平建又制南内西没此将员名手最东头者月间无安看见各城十相但已些正"
    "口通想度加第合院物性战由位常点海意场使次二向治因立数样身情入原问把路被并利老教万知级量任江及应省资委务元"
    "美特期世湖回系比气总展电科金先提品设或义王社很统处四首共形目基领直计别女权话少命至报给打变果书活几州华解"
    "议更程今决导术府才保交放管结师便走达再题五河接条规式县改风运信受什组布百济指论强做取选记却号件类空农据集"
    "联完质难增专每步即认台考求协办批企营商环境优服审策监群众材料限窗推创项目简流证税投融诉请申登注册许准需求"
    "國爲為這個來會時學說們於後發對長過業裏裡經門動進區開產軍還種現機體與當兩實麼關從內沒將員東頭間無見戰點場"
    "數樣問並萬級應資務氣總電設義統處領直計別權話報給變書幾華議決導術結師達題條規縣風運組濟論強選記卻號類農據"
    "聯質難專認臺協辦營環優審監眾創項簡證稅訴請註冊許準讓廣區該"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_MARKS = frozenset("，。、；：？！“”‘’「」『』（）《》〈〉【】—…·　％①②③④⑤⑥⑦⑧⑨⑩")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text, the display name of its encoding, and how many characters could not be decoded."""

    text: str
    encoding: str
    broken: int = 0


def decode(data: bytes) -> Decoded:
    """Decode a text file of unknown encoding.

    Raises:
        UnreadableFileError: if the bytes are no text in any encoding used for Chinese.
    """
    decoded = _by_bom(data) or _utf16_without_bom(data) or _strict(data) or _lenient(data)
    _check_is_text(decoded)
    return decoded


def decode_declared(data: bytes, declared: str) -> Decoded:
    """Decode bytes whose own text names an encoding, e.g. `<meta charset>`; a wrong name is passed over."""
    name = _DECLARED.get(declared.lower())
    if name and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _try(data, name)
        # Pages often name one encoding and are stored in another; UTF-8 that decodes is never an accident.
        if text is not None and (data.isascii() or _try(data, "utf-8") is None):
            return Decoded(text, "Big5" if name == "cp950" else "GB18030")
    return decode(data)


def everyday_share(text: str) -> float:
    """How far `text` looks like Chinese prose: -1.0 (none of it) to 1.0; 0.0 without non-ASCII characters."""
    seen = [character for character in text[:_SAMPLE_CHARACTERS] if character > "\x7f"]
    return sum(map(_weight, seen)) / len(seen) if seen else 0.0


def _by_bom(data: bytes) -> Decoded | None:
    for mark, codec, name in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(codec, "replace")
            return Decoded(text, name, text.count("\ufffd"))
    return None


def _utf16_without_bom(data: bytes) -> Decoded | None:
    """UTF-16 shows itself by zero bytes: of spaces and line breaks on one side, of 一 (4E00) on the other."""
    if b"\x00" not in data or len(data) % 2:
        return None
    tried = [_try(data, codec) for codec in ("utf-16-le", "utf-16-be")]
    texts = [text for text in tried if text is not None and "\x00" not in text]
    best = max(texts, key=_plausibility, default=None)
    if best is None or _plausibility(best) < 0.3:  # binary data with zero bytes scores about 0
        return None
    return Decoded(best, "UTF-16")


def _plausibility(whole: str) -> float:
    text = whole[:_SAMPLE_CHARACTERS]
    narrow = [character for character in text if character <= "\x7f"]
    plain = sum(character.isalnum() or character in " \t\r\n,.;:!?-()" for character in narrow)
    return (plain + everyday_share(text) * (len(text) - len(narrow))) / max(len(text), 1)


def _strict(data: bytes) -> Decoded | None:
    text = _try(data, "utf-8")
    if text is not None and not _is_short_gb18030(data, text):
        return Decoded(text, "UTF-8")
    found = [
        (everyday_share(text), name, text)
        for codec, name in (("gb18030", "GB18030"), ("cp950", "Big5"), ("big5hkscs", "Big5"))
        if (text := _try(data, codec)) is not None
    ]
    if not found:
        return None
    best = max(found, key=lambda entry: entry[0])  # the first, GB18030, wins a tie
    return Decoded(best[2], best[1])


def _is_short_gb18030(data: bytes, as_utf8: str) -> bool:
    """A file of two or three words in GB18030 can be valid UTF-8 by accident: 目录 reads as ĿÂ¼."""
    as_gb18030 = _try(data, "gb18030") if everyday_share(as_utf8) < 0 else None
    return as_gb18030 is not None and everyday_share(as_gb18030) >= 0.75


def _lenient(data: bytes) -> Decoded:
    """The decoding with the fewest broken characters; a file cut in the middle of one is still a text."""
    tried = [
        Decoded(text, name, text.count("\ufffd"))
        for codec, name in (("utf-8", "UTF-8"), ("gb18030", "GB18030"), ("cp950", "Big5"))
        for text in (data.decode(codec, "replace"),)
    ]
    return min(tried, key=lambda decoded: (decoded.broken, -everyday_share(decoded.text)))


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _check_is_text(decoded: Decoded) -> None:
    controls = len(_CONTROL.findall(decoded.text))
    limit = MAX_BROKEN_SHARE * len(decoded.text)
    if "\x00" in decoded.text or controls > max(limit, 4):  # a few stray ones are no binary file
        raise UnreadableFileError("文件内容不是文字（可能是程序或图片等二进制文件）", hint=_SAVE_AS_TEXT)
    if decoded.broken > max(limit, 1):  # one: the last character of a file that was cut
        raise UnreadableFileError("无法识别文件的文字编码，强行读取会出现乱码", hint=_SAVE_AS_TEXT)


def _weight(character: str) -> float:
    if character in _EVERYDAY or character in _MARKS:
        return 1.0
    if "\u4e00" <= character <= "\u9fff":
        return 0.5 if _first_level(character) else 0.0
    if "\uff01" <= character <= "\uff5e" or "\u2010" <= character <= "\u2027":  # full-width ASCII, dashes
        return 0.5
    return -1.0  # phonetic signs, Greek, kana, private use: what a wrong decoding is full of


def _first_level(character: str) -> bool:
    """Whether a character set of 1980 or 1984 counts the character among its frequent half."""
    simplified = character.encode("gb2312", "ignore")
    traditional = character.encode("big5", "ignore")
    return b"\xb0" <= simplified[:1] <= b"\xd7" or b"\xa4" <= traditional[:1] <= b"\xc6"
