"""Answers and tables as files for offices: .docx, .md, .xlsx and .csv.

    blocks.py    an answer's Markdown -> blocks of pieces; what is common to all formats
    notes.py     the numbered sources of an answer
    legible.py   text that every format can hold
    word.py      .docx in the layout of official documents; to be imported on use, as python-docx takes half a second
    paper.py     the page that it is written on; styles.xml, fonts.xml: its looks
    markdown.py  Markdown that is safe to paste
    grid.py      answers and changes -> rows and columns
    sheets.py    rows and columns -> .xlsx and .csv
    files.py     the file of a given name

Same answers, same bytes: no file holds the time at which it was made.
"""

from rag.exporting.files import checked_path, suggested_name, write_export
from rag.exporting.grid import answer_grid, changes_grid
from rag.exporting.markdown import answer_markdown
from rag.exporting.notes import Library
from rag.exporting.sheets import csv_bytes, xlsx_bytes

__all__ = [
    "Library",
    "answer_grid",
    "answer_markdown",
    "changes_grid",
    "checked_path",
    "csv_bytes",
    "suggested_name",
    "write_export",
    "xlsx_bytes",
]
