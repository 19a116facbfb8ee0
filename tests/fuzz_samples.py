"""Small files of every kind for the search in `fuzzing`, and the marks that make such files go wrong."""

from __future__ import annotations

import io
import zipfile

KINDS = ("txt", "md", "html", "docx", "pdf")
SENTENCE = "河湾区把企业开办由六天压缩到两天，材料由 9 份减为 4 份。"
TEXT = f"目录\n一、河湾区 ...... 1\n\n案例一 河湾区一窗受理\n{SENTENCE}\f\n二、云岭县\n\t{SENTENCE}\r\n"
MARKDOWN = f"""---
title: 汇编
topics: [开办, 用地]
---
# 案例一

**河湾区**[链接](#a)一窗受理

> - {SENTENCE}
>   1. 第一步

| 事项 | 时限 |
|---|---|
| 开办 | 2 天 |

```
原样
```
<div hidden>看不见</div>
<p>看得见</p>
"""
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>汇编</title>
<style>.x{{display:none}} p{{color:#333}}</style></head><body><h1 align=center>案例一</h1>
<p style="color:red">{SENTENCE}<b>加粗</b><a href="#a">目录</a><br>换行&nbsp;&#19968;</p>
<div class="x">看不见</div><table><tr><td>事项<td>时限<tr><td><table><tr><td>内</table></table>
<pre>原
样</pre><ul><li>一<li>二</ul><ruby>办<rt>ban</rt></ruby></body></html>
"""
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>
<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>
<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o</w:instrText></w:r>
<w:r><w:t>案例一</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:sdtContent></w:sdt>
<w:p><w:pPr><w:pStyle w:val="a1"/><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:sz w:val="32"/></w:rPr><w:t>案例一</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">{SENTENCE}</w:t><w:br w:type="page"/></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r>
<w:r><w:rPr><w:color w:val="FFFFFF"/><w:sz w:val="2"/></w:rPr><w:t>白字</w:t></w:r><w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del></w:p>
<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/><w:shd w:fill="000000"/></w:tcPr><w:p><w:r><w:t>事项</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>内</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>
<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice></mc:AlternateContent><w:sym w:char="4E00"/><w:ruby><w:rt><w:r><w:t>ban</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>办</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>
<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/></w:sectPr></w:pPr></w:p><w:sectPr/></w:body></w:document>
"""
STYLES = f"""<?xml version="1.0"?><w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="21"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>"""


def packed(*parts: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(name, content)
    return buffer.getvalue()


def pdf_sample(*, compressed: bool) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 300), pageCompression=int(compressed), invariant=True)
    for page in (1, 2):
        canvas.beginForm(f"form{page}")
        canvas.setFont("Helvetica", 9)
        canvas.drawString(20, 20, "form")
        canvas.endForm()
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(40, 250, SENTENCE[:20])
        canvas.drawString(40, 230, SENTENCE[20:])
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(40, 210, "白字")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.rect(40, 100, 100, 20, fill=1)
        canvas.rotate(90)
        canvas.drawString(40, -20, "turned")
        canvas.doForm(f"form{page}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def samples(kind: str) -> list[bytes]:
    if kind == "txt":
        return [
            *(TEXT.encode(codec) for codec in ("utf-8", "gb18030", "utf-16", "utf-8-sig")),
            "目錄：企業開辦，時限三天。".encode("big5"),
        ]
    if kind == "md":
        return [MARKDOWN.encode()]
    if kind == "html":
        return [PAGE.encode(), PAGE.replace("utf-8", "gbk").encode("gbk")]
    if kind == "docx":
        return [BODY.encode(), STYLES.encode()]  # packed after the change
    return [pdf_sample(compressed=False), pdf_sample(compressed=True)]


_MARKS = {
    "txt": "案例",
    "md": "[ ]( ![ ** _ ` ~~~ | <div <!-- --> \\ &#x &amp; <![CDATA[ <br>",
    "html": "<table> </table> <tr> <td> <![CDATA[ <!-- --> </ &# &#x110000; <pre> <script> <head> <title> "
    '<style> </p> <b> { } display:none color:#fff font-size:0 " > <? <svg> </title> &#8238;',
    "docx": '<w:p> </w:p> <w:r> </w:r> <w:tbl> </w:tbl> <w:tc> <w:vanish/> w:val=" " < /> &#x0; &lt; <!-- --> '
    "<![CDATA[ ]]> <w:sectPr/> -1 ² <w:txbxContent> </w:txbxContent> <w:sdt> </w:sdt> <w:shd/>",
    "pdf": "obj endobj stream endstream << >> [ ] ( ) < /Kids /Type BT ET Tj TJ q Q cm Do Tf Td Tm re f rg "
    "Tr -1 1e99 nan null /FlateDecode /LZWDecode /ASCII85Decode /Parent trailer startxref %%EOF BI EI",
}
_OTHERS = {
    "txt": ["\x00", "\ufeff", "\u202e", "\x0c", "\u2028", "\r", "\x1a", "\ud7ff"],
    "md": [
        "> ",
        "- ",
        "1. ",
        "```\n",
        "|---|\n",
        "---\n",
        "[a]: b\n",
        "  \n",
        "\t",
        "# ",
        "\n===\n",
        "*a: &b",
    ],
    "html": ["<p hidden>", '<div style="', "<![if x]>", "<a href=#>"],
    "docx": ["<w:sz w:val='99999999999'/>", "<w:color w:val='auto'/>", "\u202e"],
    "pdf": ["1 0 R", "4 0 R", "/W [0 [1]]"],
}
TOKENS = {kind: _MARKS[kind].split() + _OTHERS[kind] for kind in KINDS}
