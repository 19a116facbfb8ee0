"""Errors of meaning: a negation put in or taken out, a measure that nobody took, a quote cut to say something else."""

from __future__ import annotations

import re
from random import Random

from corpus import words

# What is denied in the digests, and how it reads without the denial.
_DENIED = (
    (re.compile(r"不(?:用|必|需|再需)要?(?=再?[\u4e00-\u9fff])"), "仍需"),
    (re.compile(r"(?:无需|无须|毋需)"), "必须"),
    (re.compile(r"(?:不准|不得|禁止|严禁)"), "可以"),
    (re.compile(r"未(?=[\u4e00-\u9fff]{2})(?!来)"), "已"),
    (re.compile(r"免费"), "收费"),
    (re.compile(r"免(?:于)?(?:提交|提供|缴|收)"), "要求提交"),
    (re.compile(r"不予"), "一律予以"),
)
_MAY = re.compile(r"可(?:以)?(?=[在用由自直网一办申享免凭选享当就][\u4e00-\u9fff])")
_DONE = re.compile(r"已(?=[\u4e00-\u9fff]{2})(?!经|有)")
_VERBS = frozenset(
    "推行 建立 设立 建成 出台 实施 开展 开通 印发 组织 推出 实现 完成 制定 明确 整合 公布 发布 成立 启用 启动 上线 取消 落实 配备 选派 邀请 签订 搭建 打造 引进 "
    "发放 办理 举办 受理 化解 修订 探索 试点 全面推行 走访 建设 提供 推动 采用 推广 编制 梳理 安排 帮助 收到 兑现 新增 覆盖 投入".split()
)
# A verb that stands behind the name of who acts, or opens a clause, and governs what follows.
_ACTING = re.compile(r"(?:[省市区县州镇乡局委办院社]|部门|中心|公司|银行|机关|[，；])$")
_NO_OBJECT = re.compile(r"的|[^，。；“《]{0,4}的|率|情况|方案|中心|[”》、，。；]|者|单位|人员|后")
# Measures of the kind that governments take, each with the words that would show that the quote tells it.
_MEASURES = tuple(
    (text, tuple(keys.split()))
    for text, keys in (
        ("并为每家企业配备一名专属管家", "管家 专属"),
        ("还设立了夜间服务窗口", "夜间 窗口"),
        ("并向首次创业者发放一次性补贴", "补贴 创业"),
        ("还开通了办事专线公交", "公交 专线"),
        ("并聘请退休干部担任义务监督员", "监督员 退休"),
        ("还把办理结果制成短视频对外公布", "短视频 视频"),
        ("并在地铁站布设了自助终端", "地铁 终端 自助"),
        ("还引入第三方机构每月暗访测评", "第三方 暗访"),
        ("并建立了区块链存证系统", "区块链 存证"),
        ("还为企业减免了半年房租", "房租 租金"),
        ("并对窗口人员实行末位淘汰", "末位 淘汰"),
        ("还组织企业赴境外参加展会", "境外 展会"),
        ("并提供多语种翻译服务", "语种 翻译"),
        ("还与高校合办了培训学院", "高校 学院 培训"),
        ("并设立了风险补偿资金池", "风险 补偿 资金池"),
        ("还推出了刷脸办理", "刷脸 人脸"),
        ("并建立了容错免责清单", "容错 免责"),
        ("还把服务纳入干部年度考核", "考核"),
        ("并用无人机巡查工地", "无人机 巡查"),
        ("还在乡镇设立了流动办事车", "流动 办事车"),
        ("并向企业开放了政府会议室", "会议室"),
        ("还实行了周末预约办理", "周末 预约"),
        ("并上线了智能客服机器人", "机器人 智能客服"),
        ("还为老年人提供上门服务", "老年 上门"),
        ("并公开了负责人的手机号码", "手机 号码"),
        ("还建立了信用积分兑换制度", "积分 兑换"),
        ("并把审批权下放到村", "下放 村"),
        ("还设置了母婴室和休息区", "母婴 休息区"),
        ("并开设了企业家午餐会", "午餐会 企业家"),
        ("还对投诉人给予现金奖励", "奖励 投诉"),
    )
)
# What limits a statement and may not be cut out of it.
_CUTS = (
    re.compile(r"(?P<cut>除[^，。；]{2,20}外，?)"),
    re.compile(r"(?P<cut>\d[\d.]*[万亿]?[\u4e00-\u9fff]{1,3}(?:以下|以上|以内)的)"),
    re.compile(r"(?P<cut>符合[^，。；]{0,12}的)"),
    re.compile(r"[，。；](?P<cut>(?:对|经|凡|筹建|因)[^，。；]{4,24}的，)"),
    re.compile(r"^(?:[\u4e00-\u9fffX]{2,10})?(?P<cut>下一步(?:计划|将|打算|还将)?|拟|计划|力争|预计)(?!划)"),
    re.compile(r"(?P<cut>下一步(?:计划|将|打算|还将)?|力争|预计)"),
    re.compile(r"(?P<cut>仅限|只限|仅|只)(?=[对限在为])"),
    re.compile(r"(?P<cut>新增|净增)(?=[\u4e00-\u9fff]*\d)"),
    re.compile(r"(?P<cut>部分|少数|个别|试点)(?=[乡镇县区市街道企业单位部门事项])"),
)
# A change of which the later half is cut, so that what was stands as what is.
_CHANGE = re.compile(
    r"(?:由|从)(?P<before>[^，。；由从]{0,14}?\d[^，。；由从]{0,10}?)(?:压缩|缩短|缩减|减少|精简|压减|降低|提速|增加|提高|升|降|压|减)(?:到|至|为|成)[^，。；]*"
)


def negate(sentence: str, draw: Random) -> str | None:
    """A denial put in or taken out."""
    made = [*_affirmed(sentence), *_denied(sentence)]
    return draw.choice(made) if made else None


def _affirmed(sentence: str) -> list[str]:
    return [
        sentence[: found.start()] + other + sentence[found.end() :]
        for pattern, other in _DENIED
        for found in pattern.finditer(sentence)
        if not _in_name(sentence, found.start())
    ]


def _denied(sentence: str) -> list[str]:
    made = []
    for pattern, other in ((_MAY, "不可以"), (_DONE, "尚未")):
        made += [
            sentence[: found.start()] + other + sentence[found.end() :]
            for found in pattern.finditer(sentence)
            if not _in_name(sentence, found.start())
            and sentence[found.start() - 1 : found.start()] not in "不许认证“"
        ]
    for word, start, end in words.spans(sentence):
        before, after = sentence[:start], sentence[end:]
        governs = word in _VERBS and _ACTING.search(before) and not _NO_OBJECT.match(after)
        if governs and not _in_name(sentence, start):
            made.append(f"{before}没有{word}{after.removeprefix('了')}")
    return made


def _in_name(sentence: str, place: int) -> bool:
    """Whether a place in a sentence lies within a quoted name."""
    before = sentence[:place]
    return any(before.count(opening) > before.count(closing) for opening, closing in ("“”", "《》", "（）"))


def invent(sentence: str, quote: str, draw: Random) -> str | None:
    """A measure added that the quote does not tell."""
    fitting = [text for text, keys in _MEASURES if not any(key in quote for key in keys)]
    return f"{sentence.rstrip('。；')}，{draw.choice(fitting)}。" if fitting else None


def cut_quote(sentence: str, draw: Random) -> str | None:
    """The sentence with something left out that it cannot do without: a limit, a condition, what became of a figure."""
    made = []
    for found in _CHANGE.finditer(sentence):
        before = re.sub(r"^(?:原来|法定|最多|承诺)(?:的)?", "", found["before"])
        made.append(f"{sentence[: found.start()]}为{before}{sentence[found.end() :]}")
    for pattern in _CUTS:
        made += [
            sentence[: found.start("cut")] + sentence[found.end("cut") :]
            for found in pattern.finditer(sentence)
            if not _in_name(sentence, found.start("cut"))
        ]
    return draw.choice(made) if made else None
