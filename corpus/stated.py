"""What a case states about itself: region, department, period, topics. What it does not state stays empty."""

from __future__ import annotations

import re

from corpus import words
from corpus.contents import without_number
from corpus.places import PLACES, PROVINCES

_MASKED = r"[XＸ×]{2}"
_NAME = rf"(?:{_MASKED}|[\u4e00-\u9fff]{{2,4}}?)"
_UNIT = r"(?:省|自治区|市|自治州|州|盟|地区|区|县|自治县|旗|自治旗|新区|开发区|镇|乡|街道)"
_PREFIX = re.compile(
    r"^((?:[XＸ×]{2}|[\u4e00-\u9fff]){2,14}?(?:省|市|区|县|州|旗|镇|乡|街道|开发区))\s*[:：](?:([\u4e00-\u9fff]{1,4}?(?:区|县|旗))(?!域))?"
)
_KNOWN = "|".join(sorted((re.escape(name) for name in (*PROVINCES, *PLACES)), key=len, reverse=True))
# A known province or city, with what follows it down to district and township.
_STATED = re.compile(
    rf"(?:{_KNOWN})(?:省|市|自治区|自治州|州|盟|地区|区|县|旗)?(?:(?:{_MASKED}|[\u4e00-\u9fff]{{1,5}}?)(?:自治州|州|市|区|县|旗|镇|乡|街道)|经济技术开发区|经开区|高新区)?"
)
_MASKED_REGION = re.compile(
    rf"(?:{_MASKED}(?:省|自治区|市|州|盟))?(?:(?:{_MASKED}(?:区|县|旗|市|州|镇|乡|街道|开发区)|(?<=[XＸ×]市)[\u4e00-\u9fff]{{2,3}}?(?:区|县|旗)))|{_MASKED}(?:省|市|州)"
)
_UNNAMED = re.compile(r"[全各该我本两三多几首每其整于在为和与及的省际市县区城地园辖社小]")
_DEPARTMENTS = (
    "市场监督管理局|市场监管局|市场监管总局|行政审批服务局|行政审批局|政务服务管理局|政务服务数据管理局|政务服务办|政务服务中心|营商环境局|营商办|"
    "税务局|人力资源和社会保障局|人力社保局|人社局|医疗保障局|医保局|住房和城乡建设局|住建局|自然资源和规划局|自然资源局|自然资源厅|"
    "发展和改革委员会|发展改革委|发改委|发改局|财政局|商务局|商务部|科技局|司法局|公安局|生态环境局|水务局|水利局|城市管理局|城管局|综合行政执法局|"
    "卫生健康局|卫生健康委|卫生监督所|审计局|民政局|教育局|农业农村局|交通运输局|文化和旅游局|退役军人事务局|工业和信息化局|工信局|统计局|应急管理局|"
    "公共资源交易中心|不动产登记中心|纪委监委|纪工委|政法委|统战部|人民法院|中级人民法院|检察院|工商联|农村信用合作联社|供电公司|海关|贸促会|金融办|大数据局"
)
_DEPARTMENT = re.compile(rf"(?:{_DEPARTMENTS})")
_YEAR = r"20\d{2}\s*年"
_PERIOD = re.compile(
    rf"{_YEAR}(?:上半年|下半年|前三季度|[一二三四第]{{1,2}}季度|全年|\d{{1,2}}\s*[-—至]\s*\d{{1,2}}\s*月|\d{{1,2}}\s*月(?:底|末|份)?)?(?:以来)?|"
    r"(?:截至|截止)(?:今年)?\d{1,2}\s*月(?:底|末|\d{1,2}日)?|(?<!\d)\d{1,2}\s*[-—至]\s*\d{1,2}\s*月(?:份)?"
)
_TOPICS: tuple[tuple[str, str], ...] = (
    ("企业开办", "企业开办|设立登记|注册登记|开办企业|印章刻制|刻制.{0,4}印章|刻章|营业执照|商事登记|个转企"),
    ("注销退出", "注销|市场退出|歇业"),
    ("准营许可", "证照分离|许可证|准营|证照联办|食品经营"),
    ("工程建设审批", "工程建设|施工许可|联合验收|竣工验收|建设项目审批|工程审批|联审联办"),
    ("用地保障", "标准地|拿地|闲置厂房|低效用地|用地"),
    ("不动产登记", "不动产"),
    ("水电气接入", "水电气|用电|接电|供电|获得电力|排水许可|供水|报装"),
    ("税费服务", "办税|纳税|退税|减税|税费|税务"),
    ("跨境贸易", "通关|口岸|跨境|进出口|外贸"),
    ("外商投资", "外资|外商"),
    ("融资服务", "融资|贷款|信贷|授信|银企|上市"),
    ("政府采购与招投标", "政府采购|招投标|招标|投标|公共资源交易|采购人"),
    ("政务服务", "政务服务|综合窗口|一窗|政务大厅|办事大厅"),
    ("一件事一次办", "一件事|一次办"),
    ("跨省通办", "跨省通办|省内通办|全渝通办|跨市通办|异地通办"),
    ("告知承诺与容缺受理", "告知承诺|容缺"),
    ("帮办代办", "帮办|代办"),
    ("热线与诉求办理", "12345|热线|诉求|办不成事"),
    ("监管执法", "双随机|首违不罚|柔性执法|包容审慎|执法|抽查"),
    ("信用建设", "信用修复|信用评价|失信|信用体系|信用监管|信用分级"),
    ("知识产权", "知识产权|专利|商标|地理标志"),
    ("公平竞争", "公平竞争|反垄断|不正当竞争"),
    ("法治保障", "法治体检|法律服务|立法|普法|规范性文件|合法性审查|行政复议"),
    ("司法审判", "审判|法院|诉讼|检察|执行案件"),
    ("纪检监督", "纪委|监委|纪检|监督执纪|纪工委|廉"),
    ("人才就业社保", "人才|就业|招聘|社保|稳岗|工资|培训"),
    ("医疗医保", "医保|中医|医疗机构"),
    ("惠企政策兑现", "免申即享|惠企政策|奖补|政策兑现"),
    ("产业扶持", "产业链|专精特新|链长|产业集群"),
    ("数字政务", "电子证照|数据共享|一网通办|全程网办|大数据|智能秒办|电子印章"),
    ("政企沟通", "亲清|政企|座谈|走访|会谈"),
    ("园区与项目服务", "园区|招商|项目落地|重点项目|专班"),
    ("生态环保", "环评|生态环境|环保"),
    ("科技创新", "孵化器|众创|科技创新|创新创业"),
    ("消费维权", "消费者|消费维权|诚信经营|计量"),
)
_COMPILED = tuple((topic, re.compile(pattern)) for topic, pattern in _TOPICS)
_LEAD = 320  # characters of the body in which a case introduces itself


def region_in(title: str, body: str) -> str:
    """The region as the case writes it, "" where it names none.

    The title's "甲市乙区：" is believed first, then the most detailed known place of the opening, then a masked
    one ("XX区"). A place that the text names only later may be somebody else's and is not taken.
    """
    title = without_number(title)
    if (found := _PREFIX.match(title.replace(" ", ""))) and not _masked(found[1]) and found[1] != "开发区":
        return found[1] + (found[2] or "")
    opening = title + "\n" + body[:_LEAD]
    if known := _known(opening):
        return known
    if county := _county(body[:_LEAD]):
        return county
    masked = [found[0] for found in _MASKED_REGION.finditer(opening)]
    return max(masked, key=len) if masked else ""


def _county(opening: str) -> str:
    """A county-level place that a clause begins with and that the word list knows ("礼泉县")."""
    for clause in re.split(r"[，。；：\n]", opening):
        first = next(iter(words.cut(clause[:12])), "")
        if len(first) >= 3 and first[-1] in "县旗" and not _UNNAMED.search(first[0]):
            return first
    return ""


def _masked(text: str) -> bool:
    return re.search(_MASKED, text) is not None


def _known(opening: str) -> str:
    """The first known place with the most detail that some later mention of it gives."""
    mentions = [_trimmed(found[0]) for found in _STATED.finditer(opening) if _own(opening, found)]
    mentions = [one for one in mentions if one]
    if not mentions:
        return ""
    same = [one for one in mentions if one[:2] == mentions[0][:2]]
    return max(same, key=len)


def _own(opening: str, found: re.Match[str]) -> bool:
    """Whether a mention is where the case happens, not where somebody comes from, speaks or is compared with."""
    before, after = opening[max(0, found.start() - 1) : found.start()], opening[found.end() : found.end() + 1]
    if before in {"在", "从", "与", "向", "由", "到", "赴", "、", "和", "于", "(", "（", "像"} or after in {
        "、",
        ")",
        "）",
    }:
        return False
    return (
        before in {"", "\n", "，", "。", "：", " ", "《", "“"}
        or re.search(r"(?:省|市|区|县|州|旗|盟|镇|乡)$", found[0]) is not None
    )


def _trimmed(mention: str) -> str:
    """Without a tail that only looks like a place ("重庆市各区", "武汉城市")."""
    found = re.match(rf"((?:{_KNOWN})(?:省|市|自治区|自治州|州|盟|地区|区|县|旗)?)(.*)$", mention)
    if found is None:
        return ""
    head, tail = found[1], found[2]
    if head in PROVINCES and not tail and len(head) < 2:
        return ""
    return head if tail and _UNNAMED.search(tail[:-1] or tail) and not _masked(tail) else mention


def department_in(title: str, body: str) -> str:
    """The leading department as written, "" where none stands in the title or the opening."""
    for text in (title, body[:160]):
        if found := _DEPARTMENT.search(text):
            return found[0]
    return ""


def period_in(body: str) -> str:
    """The first period with a year in the opening; else a range of months or an "as of"; else nothing."""
    found = [(one.start(), re.sub(r"\s", "", one[0])) for one in _PERIOD.finditer(body[: 3 * _LEAD])]
    dated = [text for start, text in found if text.startswith("20") and start < _LEAD]
    return (dated or [text for _, text in found if not text.startswith("20")] or [""])[0]


def topics_in(title: str, body: str) -> tuple[str, ...]:
    """Up to four topics, most mentioned first; a mention in the title counts as four."""
    scores = []
    for order, (topic, pattern) in enumerate(_COMPILED):
        count = 4 * len(pattern.findall(title)) + len(pattern.findall(body))
        if count >= 2:
            scores.append((-count, order, topic))
    return tuple(topic for _, _, topic in sorted(scores)[:4])
