"""Invented cases of invented places, small enough to index within a test."""

from dataclasses import dataclass
from pathlib import Path

from corpus.types import Document
from rag.assistant import Assistant
from rag.build import index_files, open_assistant
from rag.indexing import IndexingReport
from rag.settings import Settings

HEADER = (
    "北岭省案例材料选编内部参考"  # a running header that stands inside a sentence and once more elsewhere
)

CASES = {
    "清溪县：企业开办一窗通办": """清溪县政务服务局在大厅设立企业开办专窗，由专人辅导填表。清溪县企业开办的办理时间由5天压缩到1天，需要提交的申请表格和证明材料也一并精简，由此全县新办企业的
北岭省案例材料选编内部参考

申请材料由原来的十二份减少到4份，办事人只需要跑一趟大厅就能领齐全部证照。该专窗还提供免费邮寄。

清溪县向新办企业免费发放3枚印章，节约费用约600元。""",
    "白石市：不动产登记与纳税同窗办理": """白石市自然资源局把不动产登记窗口与税务窗口合并，一名工作人员同时收取两家的材料。白石市存量房转移登记由7个工作日缩短到1个工作日。

此外，白石市在银行网点设置36个自助登记终端，抵押登记可以就近办理。其覆盖全市9个乡镇。""",
    "云岭区：工程建设项目联合验收": """云岭区住建局把规划、消防、人防三项验收合并为一次联合验收。云岭区联合验收的办理时限由30个工作日压缩到12个工作日，验收环节由6个减少到2个。

北岭省案例材料选编内部参考

云岭区为每个工业项目配备一名项目管家，全年协调解决问题88个。""",
    "南塘县：获得电力三零服务": """南塘县供电公司对小微企业推行零上门、零审批、零投资的接电服务。南塘县低压接电的平均用时由15天压缩到4天。

南塘县供电公司在12个乡镇设立便民服务点，村民在家门口就能办理用电过户。""",
    "东浦区：跨省通办专窗": """东浦区政务服务中心设立跨省通办专窗，与邻省5个区县互认材料。东浦区可以跨省办理的事项达到136项，全年办件2450件。

东浦区为外来务工人员寄送证件，邮费由财政承担。""",
    "临湖市：信用修复一次告知": """临湖市市场监督管理局在送达处罚决定书的同时告知信用修复的办法。临湖市信用修复的办理时间由20天缩短到5天，全年帮助318户企业恢复信用。

临湖市建立信用修复专员制度，由专员一对一辅导企业整改。""",
    "望江县：首违不罚清单": """望江县司法局会同执法部门公布首违不罚清单，清单共有57项。望江县对初次违法且及时改正的企业不予处罚，全年办理免罚案件203件。

望江县要求执法人员先提醒、再责令改正、后处罚。""",
    "金川区：政银企对接会": """金川区金融办每月召开一次政银企对接会，由银行现场受理贷款申请。金川区全年为142家小微企业落实贷款3.6亿元，平均利率下降0.45个百分点。

金川区设立应急转贷资金池，规模为5000万元。""",
    "长桥市：政府采购电子化": """长桥市财政局取消政府采购投标保证金，以电子保函代替。长桥市政府采购项目全流程电子化率达到98.5%，平均采购周期缩短11天。

长桥市预留给中小企业的采购份额占比为42%。""",
    "石门区：双随机联合抽查": """石门区市场监管局牵头18个部门开展双随机联合抽查，进一次门查多项事。石门区全年减少入企检查640次，抽查结果全部公示。

石门区按照信用等级确定抽查比例，信用好的企业抽查比例为1%。""",
    "双河县：12345热线接诉即办": """双河县把27条政务热线合并到12345热线，实行全天候受理。双河县热线接通率达到99.2%，诉求平均办结时间由6天缩短到2天。

双河县每周公布一次诉求办结排名。""",
    "平湖区：人才公寓与用工对接": """平湖区人社局建成人才公寓1280套，新就业的毕业生可以拎包入住。平湖区每季度举办用工对接会，全年帮助企业招工4600人。

平湖区对稳岗企业返还失业保险费760万元。""",
}


def compilation() -> str:
    """The cases as one text, each under its numbered title."""
    return "\n\n".join(
        f"案例{number}：{title}\n\n{body}" for number, (title, body) in enumerate(CASES.items(), 1)
    )


def write_compilations(folder: Path) -> None:
    """The invented compilation, and a file with one of its cases nearly word for word and two awkward ones."""
    folder.mkdir(parents=True)
    (folder / "案例选编（一）.txt").write_text(compilation(), encoding="utf-8")
    again = CASES["云岭区：工程建设项目联合验收"].replace(HEADER, "").replace("全年", "一年")
    odd = "沙洲市把<b>一表[1]办理</b>写进*办事指南*，全程使用`扫码`和#标签#，申请表由8张减少到1张。\n\n沙洲市的办事指南每季度更新一次。"
    (folder / "转载 材料.txt").write_text(
        f"案例1：云岭区联合验收做法转载\n\n{again}\n\n案例2：沙洲市<i>一表[2]通办</i>与*扫码*办理\n\n{odd}\n",
        encoding="utf-8",
    )


@dataclass(frozen=True)
class Indexed:
    """An index, what it was made from and who answers from it."""

    folder: Path
    sources: Path
    report: IndexingReport
    assistant: Assistant

    def raw(self, document: Document) -> str:
        """The raw text of a document without white space."""
        return "".join((self.sources / document.name).read_text(encoding="utf-8").split())


def indexed(sources: Path, folder: Path) -> Indexed:
    settings = Settings(index=folder)
    report = index_files([sources], folder, settings)
    return Indexed(folder, sources, report, open_assistant(settings))
