"""Text that speaks to a program which reads it and not to people: what planted instructions for a chat model look like.

No list of wordings is complete. What is found here is told to whoever adds the file and is kept from chat models;
what is not found meets the verifier, as all that a model writes does.
"""

from __future__ import annotations

import re

_EARLIER = "以上|上述|上面|上文|之前|此前|前面|先前|所有|全部|一切|任何|系统|原有|原来"
_ORDERS = "要求|指令|指示|规则|规矩|提示|设定|限制|约束"
_INSTRUCTION = re.compile(
    rf"(?:忽略|无视|忘记|忘掉|抛开|不要?理会|不必?遵守|不再遵守)(?:你|掉|了)?(?:的)?(?:{_EARLIER})[^。！？\n]{{0,10}}(?:{_ORDERS})|"
    r"(?:系统|隐藏|内部|全部|完整)的?提示词|提示词(?:内容|全文|如下)|系统指令|开发者模式|"
    r"(?:你|您)(?:现在|从现在起|从此)[是为][^。！？\n]{0,12}(?:助手|模型|机器人|人工智能|程序|AI)|"
    r"<\|[a-z_]{2,20}\|>|\[/?INST\]|<</?SYS>>|</?(?:材料|问题|前文)\b|"
    r"\b(?:ignore|disregard|forget)\s+(?:\w+\s+){0,3}(?:previous|prior|above|earlier|preceding|system)\s+(?:\w+\s+){0,2}"
    r"(?:instructions?|prompts?|rules?|messages?)\b|\bsystem\s+prompt\b",
    re.IGNORECASE,
)


def instructs(text: str) -> bool:
    """Whether a text holds what only a program that reads it could be meant to follow."""
    return _INSTRUCTION.search(text) is not None
