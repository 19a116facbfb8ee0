"""Invented cases about matters of one place each, for what an assistant must not answer."""

from pathlib import Path

CASES = {
    "清溪县：企业开办一日办结": """清溪县政务服务局把企业开办的表格合并为一张，由帮办人员代填代办。清溪县企业开办的办理时间由30天压缩到5天，申请表格由6张减少到1张。

清溪县大厅的帮办人员全年为企业上门服务800次。""",
    "云岭区：渔船检验上门办": "云岭区渔政部门把渔船检验搬到码头，由验船师上门检验。云岭区渔船检验的办理时限由20个工作日压缩到7个工作日，检验材料减少到3份。",
    "白石市：古井保护认领": "白石市文物部门推行古井认领，由附近商户签订看护协议。白石市已有45口古井完成认领，认领名单每年公示。",
    "望江县：蚕农补贴直达": "望江县农业部门简化蚕农补贴的申请手续，由村干部统一申报。望江县全年向蚕农发放补贴XX万元，惠及蚕农320户。",
    "南塘县：排污许可一次告知": "南塘县生态环境局推行排污许可一次告知，窗口人员当场一次性告知排污许可所需的全部材料。南塘县还编制了排污许可的办事指南，放在大厅供企业取用。",
    "城管部门推行夜间集市备案": "XX市城管部门推行夜间集市备案，摊主在手机上提交照片即可摆摊。义乌市的两条老街也参照办理，摊位费全部免除。",
    "辽宁省XX市：温室大棚抵押贷款": "XX市农业部门和银行合作，温室大棚可以抵押贷款。全市温室大棚抵押贷款的办理时间由15天压缩到4天，累计放贷2.4亿。",
}


def write_cases(folder: Path, cases: dict[str, str]) -> None:
    """Each case as a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (title, body) in enumerate(cases.items(), 1):
        (folder / f"{number:02}.txt").write_text(f"{title}\n\n{body}\n", encoding="utf-8")
