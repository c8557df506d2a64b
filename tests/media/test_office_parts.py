"""The words and figures that a reader of an Office document sees beside its main text."""

from __future__ import annotations

import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Emu
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from qwen3vl_app.media.office import read_office
from qwen3vl_app.media.sections import Section
from qwen3vl_app.settings import Limits
from tests.media.test_office import lines, swap, write_open, write_word

CASES = Path(__file__).parents[1] / "data" / "cases"


def sections(path: Path) -> list[Section]:
    return read_office(path, Limits())


def test_read_office__header_and_footer_of_the_case():
    found = lines(CASES / "h.docx")
    assert "HEADERWORD Acme GmbH" in found
    assert "FOOTERWORD page" in found
    assert found[:3] == ["Body with ", "A1 | B1 B1b", "merged"]


def test_read_office__figures_of_the_case_as_they_are_displayed():
    (numbers, *_) = sections(CASES / "v.xlsx")
    assert numbers.lines[:5] == [
        "Rate | 7.5%", "Price | 1,234.50 €", "When | 31.03.2024", "Sum", "Time | 30:15:00",
    ]  # fmt: skip
    assert "Zip | 01234" in numbers.lines


def test_read_office__word_says_headers_once_and_remarks(tmp_path):
    document = docx.Document()
    document.add_paragraph("The text")
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "Acme Ltd"
    section.first_page_header.paragraphs[0].text = "Acme Ltd"
    section.footer.add_table(1, 2, Emu(100)).rows[0].cells[0].text = "Confidential"
    document.save(str(tmp_path / "a.docx"))
    assert lines(tmp_path / "a.docx") == ["The text", "Acme Ltd", "Confidential"]


def test_read_office__word_keeps_hyphens_and_formulas(tmp_path):
    document = docx.Document()
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    document.element.body.insert(
        0,
        parse_xml(
            f'<w:p {nsdecls("w")} xmlns:m="{math}"><w:r><w:t>well</w:t><w:noBreakHyphen/>'
            "<w:t>known Donau</w:t><w:softHyphen/><w:t>dampf </w:t></w:r>"
            "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath></w:p>"
        ),
    )
    document.save(str(tmp_path / "a.docx"))
    assert lines(tmp_path / "a.docx") == ["well-known Donaudampf a+b"]


def book_with(path: Path, *cells: tuple[object, str]) -> Path:
    book = openpyxl.Workbook()
    for value, number_format in cells:
        book.active.append([value])
        book.active.cell(book.active.max_row, 1).number_format = number_format
    book.save(path)
    return path


def test_read_office__sheets_as_they_are_displayed(tmp_path):
    path = book_with(
        tmp_path / "a.xlsx",
        (0.5, "0%"),
        (1234.5, '"$"#,##0.00'),
        (7, "0000"),
        (timedelta(hours=30, minutes=15), "[h]:mm"),
        (datetime.fromisoformat("2024-03-31T14:05:00"), "dd/mm/yyyy hh:mm"),
        (-3, "#,##0;(#,##0)"),
        ("text", "0.00"),
        (True, "General"),
    )
    assert lines(path) == [
        "50%", "$1,234.50", "0007", "30:15", "31/03/2024 14:05", "(3)", "text", "TRUE",
    ]  # fmt: skip


def chart_of(sheet: object) -> BarChart:
    chart = BarChart()
    chart.title = "Harvest by fruit"
    chart.y_axis.title = "Tonnes"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=3))
    return chart


def test_read_office__sheets_with_charts_remarks_and_headers(tmp_path):
    book = openpyxl.Workbook()
    for values in (["fruit", "2024"], ["apple", 3], ["pear", 4]):
        book.active.append(values)
    book.active.add_chart(chart_of(book.active))
    book.active["A1"].comment = Comment("check this", "Anna")
    book.active.oddHeader.center.text = "Acme & Sons"
    book.active.oddFooter.right.text = "Page &P of &N"
    book.create_chartsheet("Figure").add_chart(chart_of(book.active))
    book.save(tmp_path / "a.xlsx")
    cells, figure = sections(tmp_path / "a.xlsx")
    assert cells.lines[:3] == ["fruit | 2024", "apple | 3", "pear | 4"]
    beside = cells.lines[3:]
    assert "Harvest by fruit" in beside
    assert "Tonnes" in beside
    assert any("check this" in line for line in beside)
    assert "Acme & Sons" in beside
    assert figure.name == "Sheet Figure"
    assert "Harvest by fruit" in figure.lines


def test_read_office__slides_with_charts(tmp_path):
    slides = pptx.Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["apple", "pear"]
    data.add_series("harvest 2024", (3, 4))
    kind = XL_CHART_TYPE.COLUMN_CLUSTERED
    chart = slide.shapes.add_chart(kind, 0, 0, 500, 500, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Fruit by year"
    slides.save(str(tmp_path / "a.pptx"))
    (found,) = sections(tmp_path / "a.pptx")
    assert found.lines == ["", "Fruit by year", "harvest 2024", "apple | pear"]


DIAGRAM = (
    '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>'
    "<dgm:pt><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt>"
    "<dgm:pt><dgm:t><a:p><a:r><a:t>Build</a:t></a:r></a:p></dgm:t></dgm:pt>"
    "</dgm:ptLst></dgm:dataModel>"
)


def test_read_office__diagrams(tmp_path):
    path = write_word(tmp_path / "a.docx", "The text")
    name = "word/_rels/document.xml.rels"
    with zipfile.ZipFile(path) as archive:
        relations = archive.read(name).decode()
    relation = (
        '<Relationship Id="d1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/diagramData" Target="diagrams/data1.xml"/></Relationships>'
    )
    swap(path, name, relations.replace("</Relationships>", relation).encode())
    swap(path, "word/diagrams/data1.xml", DIAGRAM.encode())
    assert lines(path) == ["The text", "Plan", "Build"]
    swap(path, "word/diagrams/data1.xml", b"<damaged")
    assert lines(path) == ["The text"]


OPEN_CHART = (
    "<office:document-content "
    + " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "chart")
    )
    + "><office:body><office:chart><chart:chart>"
    "<chart:title><text:p>Harvest</text:p></chart:title><table:table>"
    "<table:table-row><table:table-cell/><table:table-cell office:value-type='string'>"
    "<text:p>2024</text:p></table:table-cell></table:table-row><table:table-row>"
    "<table:table-cell office:value-type='string'><text:p>apple</text:p></table:table-cell>"
    "<table:table-cell office:value-type='float'><text:p>3</text:p></table:table-cell>"
    "</table:table-row></table:table></chart:chart></office:chart></office:body>"
    "</office:document-content>"
)
OPEN_STYLES = (
    "<office:document-styles "
    + " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "style")
    )
    + "><office:master-styles><style:master-page><style:header><text:p>Acme Ltd</text:p>"
    "</style:header><style:footer><text:p>Confidential</text:p></style:footer>"
    "</style:master-page></office:master-styles></office:document-styles>"
)


@pytest.mark.parametrize("name", ["a.odt", "a.ods", "a.odp"])
def test_read_office__open_documents_with_charts(tmp_path, name):
    link = (
        '<draw:frame><draw:object xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xlink:href="./Object 1"/></draw:frame>'
    )
    body = {
        "a.odt": f"<text:p>The text</text:p>{link}",
        "a.ods": f'<table:table table:name="A">{link}</table:table>',
        "a.odp": f"<draw:page>{link}</draw:page>",
    }[name]
    path = write_open(tmp_path / name, body)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("Object 1/content.xml", OPEN_CHART)
    assert lines(path)[-3:] == ["Harvest", "2024", "apple"]


def test_read_office__open_text_with_header_and_footer(tmp_path):
    path = write_open(tmp_path / "a.odt", "<text:p>The text</text:p>")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("styles.xml", OPEN_STYLES)
    assert lines(path) == ["The text", "Acme Ltd", "Confidential"]
