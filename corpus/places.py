"""Names of provinces, prefecture-level places and counties of China, from general knowledge, without their endings.

Provinces and prefectures are taken for places on sight. County names are too many and too often ordinary words: a
county is read where it carries its ending.
"""

from __future__ import annotations

import bisect
import functools
import re

from corpus import words

PROVINCES: tuple[str, ...] = tuple(
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 "
    "台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门".split()
)

# Provinces in rank, cities in what people ask about.
MUNICIPALITIES = frozenset({"北京", "天津", "上海", "重庆", "香港", "澳门"})

PLACES: tuple[str, ...] = tuple(
    (
        "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 雄安 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 "
        "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒 阿拉善 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 "
        "辽阳 盘锦 铁岭 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 延边 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 "
        "黑河 绥化 大兴安岭 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 "
        "舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 "
        "南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 "
        "临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源 武汉 "
        "黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 潜江 天门 神农架 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 "
        "郴州 永州 怀化 娄底 湘西 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 "
        "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 "
        "遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山 贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南 昆明 "
        "曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆 拉萨 日喀则 昌都 林芝 山南 那曲 阿里 西安 铜川 "
        "宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南 西宁 海东 海北 "
        "黄南 海南州 果洛 玉树 海西 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 "
        "和田 伊犁 塔城 阿勒泰"
    ).split()
)

# Urban districts, from general knowledge, without 区: new and renamed ones are in no word dictionary. Those that are
# ordinary words with 区 (新城区, 老城区, 郊区, 解放区, 港口区) are left out.
DISTRICTS: frozenset[str] = frozenset(
    (
        "东城 西城 朝阳 丰台 石景山 海淀 门头沟 房山 通州 顺义 昌平 大兴 怀柔 平谷 密云 延庆 和平 河东 河西 南开 河北 红桥 东丽 西青 津南 北辰 武清 "
        "宝坻 滨海 宁河 静海 蓟州 长安 桥西 新华 裕华 藁城 鹿泉 栾城 路南 路北 古冶 开平 丰南 丰润 曹妃甸 海港 山海关 北戴河 抚宁 丛台 复兴 邯山 "
        "肥乡 永年 襄都 信都 任泽 南和 竞秀 莲池 满城 清苑 徐水 桥东 宣化 下花园 万全 崇礼 双桥 双滦 鹰手营子 运河 安次 广阳 桃城 冀州 小店 迎泽 "
        "杏花岭 尖草坪 万柏林 晋源 平城 云冈 云州 潞州 上党 屯留 潞城 朔城 平鲁 榆次 太谷 盐湖 忻府 尧都 离石 回民 玉泉 赛罕 昆都仑 青山 石拐 九原 "
        "东河 海勃湾 海南 乌达 红山 元宝山 松山 科尔沁 康巴什 东胜 海拉尔 扎赉诺尔 临河 集宁 沈河 皇姑 大东 铁西 苏家屯 浑南 沈北 于洪 辽中 中山 西岗 "
        "沙河口 甘井子 旅顺口 金州 普兰店 铁东 立山 千山 新抚 东洲 望花 顺城 平山 溪湖 明山 南芬 元宝 振兴 振安 古塔 凌河 太和 站前 西市 鲅鱼圈 老边 "
        "海州 新邱 太平 清河门 细河 白塔 文圣 宏伟 弓长岭 太子河 双台子 兴隆台 大洼 银州 清河 双塔 龙城 连山 龙港 南票 南关 宽城 二道 绿园 双阳 九台 "
        "昌邑 龙潭 船营 丰满 龙山 西安 东昌 二道江 浑江 江源 宁江 洮北 道里 南岗 道外 平房 松北 香坊 呼兰 阿城 双城 龙沙 建华 铁锋 昂昂溪 富拉尔基 碾子山 "
        "梅里斯 鸡冠 恒山 滴道 梨树 城子河 麻山 向阳 南山 兴安 东山 兴山 尖山 岭东 四方台 宝山 萨尔图 龙凤 让胡路 红岗 大同 伊美 乌翠 金林 "
        "前进 东风 新兴 桃山 茄子河 东安 阳明 爱民 爱辉 北林 黄浦 徐汇 长宁 静安 普陀 虹口 杨浦 闵行 嘉定 浦东 金山 松江 青浦 奉贤 崇明 玄武 秦淮 "
        "建邺 鼓楼 浦口 栖霞 雨花台 江宁 六合 溧水 高淳 锡山 惠山 滨湖 梁溪 新吴 云龙 贾汪 泉山 铜山 天宁 钟楼 新北 武进 金坛 虎丘 吴中 相城 姑苏 吴江 "
        "崇川 海门 连云 赣榆 清江浦 淮阴 淮安 洪泽 亭湖 盐都 大丰 广陵 邗江 江都 京口 润州 丹徒 海陵 高港 姜堰 宿城 宿豫 上城 拱墅 西湖 滨江 萧山 余杭 "
        "富阳 临安 临平 钱塘 海曙 江北 北仑 镇海 鄞州 奉化 鹿城 龙湾 瓯海 洞头 南湖 秀洲 吴兴 南浔 越城 柯桥 上虞 婺城 金东 柯城 衢江 定海 椒江 黄岩 "
        "路桥 莲都 瑶海 庐阳 蜀山 包河 镜湖 鸠江 弋江 湾沚 繁昌 龙子湖 蚌山 禹会 淮上 大通 田家庵 谢家集 八公山 潘集 花山 雨山 博望 杜集 相山 烈山 铜官 "
        "义安 迎江 大观 宜秀 屯溪 黄山 徽州 琅琊 南谯 颍州 颍东 颍泉 埇桥 金安 裕安 叶集 谯城 贵池 宣州 台江 仓山 马尾 晋安 长乐 思明 海沧 湖里 集美 "
        "同安 翔安 城厢 涵江 荔城 秀屿 三元 沙县 鲤城 丰泽 洛江 泉港 芗城 龙文 龙海 长泰 延平 建阳 新罗 永定 蕉城 东湖 青云谱 青山湖 新建 红谷滩 昌江 珠山 "
        "安源 湘东 濂溪 浔阳 柴桑 渝水 月湖 余江 章贡 南康 赣县 吉州 青原 袁州 临川 东乡 信州 广丰 广信 历下 市中 槐荫 天桥 历城 长清 章丘 济阳 莱芜 钢城 "
        "市南 市北 黄岛 崂山 李沧 城阳 即墨 淄川 张店 博山 临淄 周村 薛城 峄城 台儿庄 山亭 东营 河口 垦利 芝罘 福山 牟平 莱山 蓬莱 潍城 寒亭 坊子 奎文 "
        "任城 兖州 泰山 岱岳 环翠 文登 东港 岚山 兰山 罗庄 河东 德城 陵城 东昌府 茌平 滨城 沾化 牡丹 定陶 中原 二七 管城 金水 上街 惠济 龙亭 顺河 禹王台 "
        "祥符 西工 瀍河 涧西 偃师 孟津 洛龙 卫东 石龙 湛河 文峰 北关 殷都 龙安 鹤山 淇滨 红旗 卫滨 凤泉 牧野 中站 马村 山阳 华龙 魏都 建安 源汇 "
        "郾城 召陵 湖滨 陕州 宛城 卧龙 梁园 睢阳 浉河 平桥 川汇 淮阳 驿城 江岸 江汉 硚口 汉阳 武昌 洪山 东西湖 汉南 蔡甸 江夏 黄陂 新洲 黄石港 西塞山 下陆 "
        "铁山 茅箭 张湾 郧阳 西陵 伍家岗 点军 猇亭 夷陵 襄城 樊城 襄州 梁子湖 华容 鄂城 东宝 掇刀 孝南 沙市 荆州 黄州 咸安 曾都 芙蓉 天心 岳麓 开福 雨花 "
        "望城 荷塘 芦淞 石峰 天元 渌口 雨湖 岳塘 珠晖 雁峰 石鼓 蒸湘 南岳 双清 大祥 北塔 岳阳楼 云溪 君山 武陵 鼎城 武陵源 资阳 赫山 北湖 苏仙 零陵 "
        "冷水滩 鹤城 娄星 荔湾 越秀 海珠 天河 白云 黄埔 番禺 花都 南沙 从化 增城 武江 浈江 曲江 罗湖 福田 南山 宝安 龙岗 盐田 龙华 坪山 光明 香洲 斗门 "
        "金湾 龙湖 金平 濠江 潮阳 潮南 澄海 禅城 南海 顺德 三水 高明 蓬江 江海 新会 赤坎 霞山 坡头 麻章 茂南 电白 端州 鼎湖 高要 惠城 惠阳 梅江 梅县 源城 "
        "江城 阳东 清城 清新 湘桥 潮安 榕城 揭东 云城 云安 兴宁 青秀 江南 西乡塘 良庆 邕宁 武鸣 鱼峰 柳南 柳北 柳江 秀峰 叠彩 象山 七星 雁山 临桂 "
        "万秀 长洲 龙圩 海城 银海 铁山港 防城 钦南 钦北 港北 港南 覃塘 玉州 福绵 右江 田阳 八步 平桂 金城江 宜州 兴宾 江州 秀英 龙华 琼山 美兰 吉阳 "
        "崖州 天涯 海棠 万州 涪陵 渝中 大渡口 沙坪坝 九龙坡 南岸 北碚 綦江 大足 渝北 巴南 黔江 长寿 江津 合川 永川 南川 璧山 铜梁 潼南 荣昌 开州 梁平 武隆 "
        "锦江 青羊 金牛 武侯 成华 龙泉驿 青白江 新都 温江 双流 郫都 新津 自流井 贡井 大安 沿滩 仁和 江阳 纳溪 龙马潭 旌阳 罗江 涪城 游仙 安州 利州 昭化 "
        "朝天 船山 安居 东兴 沙湾 五通桥 金口河 顺庆 高坪 嘉陵 东坡 彭山 翠屏 南溪 叙州 广安 前锋 通川 达川 雨城 名山 巴州 恩阳 雁江 南明 云岩 花溪 乌当 "
        "观山湖 钟山 水城 红花岗 汇川 播州 西秀 平坝 七星关 碧江 万山 五华 盘龙 官渡 西山 东川 呈贡 晋宁 麒麟 沾益 马龙 红塔 江川 隆阳 昭阳 思茅 临翔 "
        "城关 堆龙德庆 达孜 桑珠孜 卡若 巴宜 乃东 色尼 碑林 莲湖 灞桥 未央 雁塔 阎良 临潼 高陵 鄠邑 王益 印台 耀州 渭滨 金台 陈仓 凤翔 秦都 杨陵 渭城 "
        "临渭 华州 宝塔 安塞 汉台 南郑 榆阳 横山 汉滨 商州 七里河 西固 安宁 红古 金川 白银 平川 秦州 麦积 凉州 甘州 崆峒 肃州 西峰 安定 武都 城东 城西 "
        "城北 湟中 乐都 平安 兴庆 西夏 金凤 大武口 惠农 利通 红寺堡 原州 沙坡头 天山 沙依巴克 水磨沟 头屯河 达坂城 米东 独山子 克拉玛依 白碱滩 乌尔禾 高昌 "
        "伊州 红果 雄安 两江 贵安 天府 西咸 江北 湘江 赣江"
    ).split()
)

# Banners of Inner Mongolia, without 旗 and what tells parts of one apart (前, 左翼中).
BANNERS: tuple[str, ...] = tuple(
    "伊金霍洛 克什克腾 准格尔 喀喇沁 四子王 奈曼 达拉特 乌审 太仆寺 库伦 敖汉 杭锦 正蓝 正镶白 镶黄 翁牛特 阿荣 陈巴尔虎 新巴尔虎 额济纳 鄂托克 鄂温克族自治 "
    "达尔罕茂明安联合 达茂 莫力达瓦 鄂伦春自治 巴林 阿鲁科尔沁 科尔沁 扎鲁特 扎赉特 土默特 乌拉特 乌珠穆沁 苏尼特 察哈尔 察右 科左 科右 阿拉善 鄂温克 鄂伦春".split()
)

_LONGEST = 15  # characters of a county's name with its ending (积石山保安族东乡族撒拉族自治县)
_DISTRICT = re.compile(rf"(?:{'|'.join(sorted(DISTRICTS, key=len, reverse=True))})新?区(?![域间块段位别])")
_BANNER = re.compile(
    rf"[东西]?(?:{'|'.join(sorted(BANNERS, key=len, reverse=True))})(?:[左右]翼)?[前后左右中]?旗"
)
_ENDED = re.compile(r"[\u4e00-\u9fff]{2}(?:县|市(?![场民值级面]))")
_ENDING = re.compile(r"(?:新?区|县|市|旗)$")
_RUN = re.compile(r"[\u4e00-\u9fff]+")
# Dictionary words with these endings that name no place: 示范县, 直辖市, 各县市, 园林城市, 深圳股市, 门庭若市.
_GENERAL = re.compile(
    r"^(?:[各外]|大中|沿海)|^[全大中小]?[省市县区]{1,2}[县市]$|^大?都市$|..[城都股超集]市$|[如若为过行街无]市$|"
    r"(?:辖|地级|县级|省会|姊妹|友好|单列|管|强)市$|^自治[县市]$|"
    r"(?:示范|模范|先进|小康|生态|主产|产粮|吨粮|特困|贫困|扶贫|发达|受灾|农业|工业|山区|郊区|辖|管|[十百]强|旅游名|异|知)县$"
)


def counties_in(text: str) -> tuple[tuple[int, str], ...]:
    """Districts, counties, county-level cities and banners that a text names with their endings, in order.

    Districts and banners are listed; counties and cities count where a word dictionary has them. A name begins where
    a word begins.

    Returns:
        (start, name without its ending), none overlapping another.
    """
    found: list[tuple[int, str]] = []
    for run in _RUN.finditer(text):
        named = {
            match.start(): match[0] for pattern in (_DISTRICT, _BANNER) for match in pattern.finditer(run[0])
        }
        ends = [match.end() for match in _ENDED.finditer(run[0])]
        if not named and not ends:
            continue
        until = 0
        for _, start, _ in words.spans(run[0]):
            name = named.get(start) or _county(run[0], start, ends)
            if name and start >= until:
                until = start + len(name)
                found.append((run.start() + start, _ENDING.sub("", name)))
    return tuple(found)


def _county(run: str, start: int, ends: list[int]) -> str:
    """The longest county or city of the dictionary that begins at a place of a run of characters, "" if none does."""
    near = ends[bisect.bisect_left(ends, start + 3) : bisect.bisect_right(ends, start + _LONGEST)]
    for end in reversed(near):
        if _is_county(run[start:end]):
            return run[start:end]
    return ""


@functools.lru_cache(maxsize=4096)
def _is_county(name: str) -> bool:
    return _GENERAL.search(name) is None and len(words.cut(name)) == 1
