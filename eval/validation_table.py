"""What the validation found, as tables for people."""

from __future__ import annotations

from collections.abc import Mapping

from eval.intervals import Estimate
from eval.validation import TARGETS, VERBATIM, Validation, false_alarm
from rag.tables import table

KINDS = {
    "figure": "改数字",
    "unit": "改单位",
    "date": "改日期",
    "place": "改地方",
    "department": "改部门",
    "mark": "标错编号",
    "swap": "前后颠倒",
    "moved": "张冠李戴",
    "invented": "编造做法",
    "negation": "加减否定",
    "cut": "断章取义",
    VERBATIM: "原文照录",
    "number_form": "数字换写法",
    "synonyms": "换近义词",
    "reordered": "并列换序",
    "told_change": "换说变化",
    "subset": "只取前半",
    "merged": "两句合一",
}
BASELINES = {"ngram_overlap": "n 元重合", "embedding_cosine": "向量余弦", "number_check": "只查数字"}


def validation_text(found: Validation) -> str:
    """Rates of the verifier by kind with intervals, those of the baselines at equal false alarm beside them."""
    rates = found.rates()
    others = {name: found.baseline_rates(name) for name in found.scores}
    errors = [
        kind
        for kind in rates
        if any(one.pair.kind == kind and not one.pair.is_faithful for one in found.made)
    ]
    parts = []
    for title, kinds in (("查出率", errors), ("误报率", [kind for kind in rates if kind not in errors])):
        rows = [_validation_row(kind, rates[kind], others) for kind in kinds]
        head = (title, "对数", "核对器", "95% 区间", "目标", *BASELINES.values())
        parts.append(table(head, rows, widest=(14, 6, 8, 16, 8, 10, 10, 10)))
    everything = (*found.made, *found.written)
    alarms, exact = false_alarm(everything), false_alarm(found.made, verbatim=True)
    parts.append(
        f"换说法的误报率 {alarms.value:.3f}（{alarms.low:.3f}–{alarms.high:.3f}，{alarms.n} 对），"
        f"原文照录的误报率 {exact.value:.3f}（{exact.low:.3f}–{exact.high:.3f}，{exact.n} 句）"
    )
    wrong = {one.pair.kind: 0 for one in found.written}
    for one in found.written:
        wrong[one.pair.kind] += one.is_mistaken
    rows = [
        (kind, str(one.n), f"{one.value:.3f}", f"{one.low:.3f}–{one.high:.3f}", str(wrong[kind]))
        for kind, one in found.written_rates().items()
    ]
    if rows:
        head = ("人写的句对", "对数", "判为不符", "95% 区间", "判错")
        parts.append(table(head, rows, widest=(20, 6, 10, 16, 6)))
    return "\n\n".join(parts)


def _validation_row(
    kind: str, rate: Estimate, others: Mapping[str, Mapping[str, Estimate]]
) -> tuple[str, ...]:
    target = f"≥ {TARGETS[kind]:.2f}" if kind in TARGETS else ""
    return (
        KINDS.get(kind, kind),
        str(rate.n),
        f"{rate.value:.3f}",
        f"{rate.low:.3f}–{rate.high:.3f}",
        target,
        *(f"{others[name][kind].value:.3f}" for name in BASELINES),
    )
