"""Lines and marks that belong to no case: page numbers, adverts, passwords, download marks."""

from __future__ import annotations

import re

MARK = re.compile(r"##\s*\w{2,30}\s*##")
_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?[-—–·\s]*(?:[/／共]\s*(?:共\s*)?\d{1,4}\s*页?)?|[-—–]\s*[ivxlcIVXLC]{1,6}\s*[-—–]"
)
_PASSWORD = re.compile(r"(?:编辑|打开|解压|文档|阅读|提取)?(?:密码|提取码)\s*[:：]\s*\S+")
# One of these settles it: nobody writes them in a case.
_ADVERT = re.compile(
    r"素材库|代笔|润笔|svip|会员群|网盘群|(?:添加|加|联系)客服|文库会员|扫码(?:入|进|加)群|免费领取资料",
    re.IGNORECASE,
)
# Words that cases use too; three different ones in one short line do not happen by chance.
_ADVERT_HINTS = (
    "会员",
    "素材",
    "微信",
    "客服",
    "扫码",
    "加群",
    "下载",
    "网盘",
    "淘宝",
    "QQ",
    "公众号",
    "更新",
    "代写",
    "原创",
    "VIP",
    "优惠",
)
_SHORT = 200


def reason_to_drop(line: str) -> str:
    """Why a whole line belongs to no case, as a Chinese phrase for the health report; "" keeps the line."""
    text = line.strip()
    if not text:
        return ""
    if _PAGE_NUMBER.fullmatch(text):
        return "页码"
    if len(text) <= _SHORT:
        if _PASSWORD.search(text) and len(text) <= 40:
            return "文档密码"
        if _ADVERT.search(text):
            return "广告"
        if sum(hint.lower() in text.lower() for hint in _ADVERT_HINTS) >= 3 and not text.endswith("。"):
            return "广告"
    return ""
