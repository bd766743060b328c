"""Word documents as other people's programs write them: all that a reader sees, and nothing else.

The documents are put together here as XML, because no library writes half of what Word does.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path

import formats
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import ReadingError
from assistant.reading import Options, read
from assistant.types import Article, Failure

docx = pytest.importorskip("docx")

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# Word's "Strict Open XML Document" has other names for everything.
STRICT = "http://purl.oclc.org/ooxml/"
NAMES = (
    f'xmlns:w="{MAIN}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    f'xmlns:m="{OFFICE}math" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    f'xmlns:r="{OFFICE}relationships"'
)
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*parts: str, properties: str = "") -> str:
    inside = "".join(part if part.startswith("<") else run(part) for part in parts)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def cell(*paragraphs: str) -> str:
    return "<w:tc><w:tcPr/>" + "".join(map(paragraph, paragraphs)) + "</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def document(body: str, *, styles: str = "", footnotes: str = "", strict: bool = False) -> bytes:
    """A .docx with this in its body; with no more in it than what makes one."""
    related = {"styles": styles, "footnotes": footnotes}
    listed = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}relationships/{name}" Target="{name}.xml"/>'
        for name, inside in related.items()
        if inside
    )
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="a" '
        f'Type="{OFFICE}relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{listed}'
        f'<Relationship Id="b" Type="{OFFICE}relationships/image" Target="NULL"/></Relationships>',
        "word/document.xml": f"<w:document {NAMES}><w:body>{body}<w:sectPr/></w:body></w:document>",
    }
    for name, inside in related.items():
        if inside:
            parts[f"word/{name}.xml"] = f"<w:{name} {NAMES}>{inside}</w:{name}>"
    if strict:
        parts = {
            name: xml.replace(MAIN, f"{STRICT}wordprocessingml/main").replace(
                OFFICE, f"{STRICT}officeDocument/"
            )
            for name, xml in parts.items()
        }
    return formats.zipped(parts)


def results(folder: Path, content: bytes) -> list[Article | Failure]:
    path = folder / "a.docx"
    path.write_bytes(content)
    return list(read(path, article_id="a.docx", options=Options()))


HEAD = paragraph("The wall")  # the headline, so that all that follows is the text


def text_of(folder: Path, body: str, **parts: str) -> str:
    [article] = results(folder, document(HEAD + body, **parts))  # type: ignore[arg-type]
    assert isinstance(article, Article) and article.title == "The wall"
    return article.text


BOX = f"<w:txbxContent>{paragraph('In figures: four.')}</w:txbxContent>"
DRAWN = f"<w:drawing><wps:wsp><wps:txbx>{BOX}</wps:txbx></wps:wsp></w:drawing>"
VML = f"<w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict>"
BOTH = (
    f'<mc:AlternateContent><mc:Choice Requires="wps">{DRAWN}</mc:Choice>'
    f"<mc:Fallback>{VML}</mc:Fallback></mc:AlternateContent>"
)
DELETED = "<w:del><w:r><w:delText>three</w:delText></w:r></w:del>"
PLACEHOLDER = "<w:sdtPr><w:showingPlcHdr/></w:sdtPr>"

SEEN = {
    "an insertion": (
        paragraph("It costs ", f"<w:ins>{run('four')}</w:ins>", DELETED, ", she said."),
        "It costs four, she said.",
    ),
    "an inserted paragraph": (
        f"<w:ins>{paragraph('It is new.')}</w:ins>{paragraph('It is old.')}",
        "It is new.\n\nIt is old.",
    ),
    "a move": (
        paragraph(f"<w:moveFrom>{run('Gone. ')}</w:moveFrom>", "It stays. ")
        + paragraph(f"<w:moveTo>{run('It came.')}</w:moveTo>"),
        "It stays.\n\nIt came.",
    ),
    "a deleted end of a paragraph": (
        paragraph("It costs ", properties="<w:rPr><w:del/></w:rPr>") + paragraph("four."),
        "It costs four.",
    ),
    "a deleted row and a deleted cell": (
        table(
            row(cell("a"), cell("b")),
            row(cell("gone"), cell("gone"), properties="<w:del/>"),
            row(cell("c"), "<w:tc><w:tcPr><w:cellDel/></w:tcPr>" + paragraph("gone") + "</w:tc>"),
        ),
        "a | b\n\nc",
    ),
    "a content control in a line": (
        paragraph("It costs ", f"<w:sdt><w:sdtContent>{run('four')}</w:sdtContent></w:sdt>", "."),
        "It costs four.",
    ),
    "content controls around a paragraph, a row and a cell": (
        f"<w:sdt><w:sdtContent>{paragraph('It costs four.')}</w:sdtContent></w:sdt>"
        + table(
            f"<w:sdt><w:sdtContent>{row(cell('a'), cell('b'))}</w:sdtContent></w:sdt>",
            row(cell("c"), f"<w:sdt><w:sdtContent>{cell('d')}</w:sdtContent></w:sdt>"),
        ),
        "It costs four.\n\na | b\n\nc | d",
    ),
    "a control that nobody filled in": (
        paragraph(
            "It costs four.",
            f"<w:sdt>{PLACEHOLDER}<w:sdtContent>{run('Click here.')}</w:sdtContent></w:sdt>",
        ),
        "It costs four.",
    ),
    "smart tags and other XML": (
        "<w:customXml>"
        + paragraph("In ", f"<w:smartTag>{run('Kelderby')}</w:smartTag>", " it rained.")
        + "</w:customXml>",
        "In Kelderby it rained.",
    ),
    "a text box of today": (
        paragraph("It costs.", f"<w:r>{BOTH}</w:r>") + paragraph("End."),
        "It costs.\n\nIn figures: four.\n\nEnd.",
    ),
    "a text box of former days": (
        paragraph("It costs.", f"<w:r>{VML}</w:r>") + paragraph("End."),
        "It costs.\n\nIn figures: four.\n\nEnd.",
    ),
    "lettering": (
        paragraph(
            '<w:r><w:pict><v:shape><v:textpath string="It is big."/></v:shape></w:pict></w:r>'
        ),
        "It is big.",
    ),
    "links and fields": (
        paragraph(
            "At ",
            f"<w:hyperlink>{run('the office')}</w:hyperlink>",
            " on ",
            f'<w:fldSimple w:instr="DATE">{run("Friday")}</w:fldSimple>',
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            '<w:r><w:instrText> HYPERLINK "u" </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            " at noon.",
        ),
        "At the office on Friday at noon.",
    ),
    "cells of several paragraphs": (
        table(row(cell("under 6 m"), cell("150", "from May"))),
        "under 6 m | 150 from May",
    ),
    "a table in a cell": (
        table(row(cell("a"), f"<w:tc>{table(row(cell('b'), cell('c')))}{paragraph()}</w:tc>")),
        "a | b | c",
    ),
    "a table that is the columns of a page": (
        table(row(cell("It costs four. " * 25, "It opens."), cell("It rained."))),
        ("It costs four. " * 25).strip() + "\n\nIt opens.\n\nIt rained.",
    ),
    "breaks and hyphens": (
        paragraph(
            "<w:r><w:t>mid</w:t><w:noBreakHyphen/><w:t>air</w:t><w:br/><w:t>two</w:t><w:tab/>"
            "<w:t>three</w:t><w:softHyphen/><w:t>fold</w:t></w:r>"
        ),
        "mid-air\ntwo\tthreefold",
    ),
    "symbols": (
        paragraph(
            "20 ",
            '<w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r>',
            "C is ",
            '<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>',
            '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>',
            ".",
        ),
        "20 °C is α.",
    ),
    "characters with their pronunciation": (
        paragraph(
            f"<w:r><w:ruby><w:rt>{run('とうきょう')}</w:rt>"
            f"<w:rubyBase>{run('東京')}</w:rubyBase></w:ruby></w:r>",
            "。",
        ),
        "東京。",
    ),
    "formulas": (
        paragraph(
            "It is ",
            "<m:oMath><m:sSup><m:sSupPr/><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>6"
            "</m:t></m:r></m:sup></m:sSup></m:oMath>",
            " or ",
            "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r>"
            "</m:den></m:f></m:oMath>",
            ".",
        )
        + "<m:oMathPara><m:oMath><m:r><m:t>x=2</m:t></m:r></m:oMath></m:oMathPara>",
        "It is 10^6 or 1/2.\n\nx=2",
    ),
    "hidden text": (
        paragraph(
            "It costs ", run("a secret ", "<w:vanish/>"), run("four.", '<w:vanish w:val="0"/>')
        ),
        "It costs four.",
    ),
    "raised notes and powers": (
        paragraph(
            "Of 15",
            run("3", '<w:vertAlign w:val="superscript"/>'),
            " boats and 10",
            run("6", '<w:vertAlign w:val="superscript"/>'),
            " fish in CO",
            run("2", '<w:vertAlign w:val="subscript"/>'),
            ".",
        ),
        "Of 15 boats and 10^6 fish in CO2.",
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_what_a_reader_of_the_document_sees_is_the_text(tmp_path: Path, what: str) -> None:
    """Of an insertion, a control or a text box only the sentence around it used to be stored."""
    body, text = SEEN[what]
    assert text_of(tmp_path, body) == text


@pytest.mark.parametrize("what", ["an insertion", "a text box of today", "formulas"])
def test_the_strict_form_of_the_format_is_read_alike(tmp_path: Path, what: str) -> None:
    body, text = SEEN[what]
    [article] = results(tmp_path, document(HEAD + body, strict=True))
    assert isinstance(article, Article) and article.text == text


def test_a_footnote_is_text_at_the_end_and_its_mark_nothing(tmp_path: Path) -> None:
    mark = '<w:r><w:rPr><w:rStyle w:val="F"/></w:rPr><w:footnoteReference w:id="2"/></w:r>'
    notes = (
        f'<w:footnote w:id="0" w:type="separator">{paragraph("____")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("<w:r><w:footnoteRef/></w:r>", " Says the council.")}'
        f"{paragraph('As in note 2.', mark)}</w:footnote>"  # of itself: not without end
    )
    body = paragraph("In 2025", mark, " it cost four.") + paragraph("It opens.")
    found = text_of(tmp_path, body, footnotes=notes)
    assert found == "In 2025 it cost four.\n\nIt opens.\n\nSays the council.\n\nAs in note 2."


def test_what_a_style_says_of_the_text_counts(tmp_path: Path) -> None:
    """Also what it takes over from the style it is based on; one based on itself is no harm."""
    styles = (
        '<w:style w:styleId="R"><w:name w:val="raised"/><w:rPr><w:vertAlign w:val="superscript"/>'
        '</w:rPr></w:style><w:style w:styleId="M"><w:basedOn w:val="R"/></w:style>'
        '<w:style w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="L"><w:basedOn w:val="L"/></w:style>'
        '<w:style w:styleId="T"><w:name w:val="heading 1"/></w:style>'
    )
    body = paragraph("The wall", properties='<w:pStyle w:val="T"/>') + paragraph(
        "Of 15",
        run("3", '<w:rStyle w:val="M"/>'),
        run("secret", '<w:rStyle w:val="H"/>'),
        run(" boats", '<w:rStyle w:val="L"/>'),
        ".",
    )
    [article] = results(tmp_path, document(paragraph("Kelderby Gazette") + body, styles=styles))
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("The wall", "Kelderby Gazette\n\nOf 15 boats.")


def test_what_holds_no_text_of_its_own_is_named(tmp_path: Path) -> None:
    """So that `--strict` fails: the text alone may not be what the document says."""
    drawn = "<w:r><w:drawing><c:chart/></w:drawing></w:r>"
    body = paragraph("It costs four.", drawn, drawn) + '<w:altChunk r:id="x"/>'
    article, failure = results(tmp_path, document(HEAD + body))
    assert isinstance(article, Article) and article.text == "It costs four."
    assert isinstance(failure, Failure)
    assert "a chart and an embedded document" in failure.reason
    assert failure.where == str(tmp_path / "a.docx") and failure.hint


AROUND = ("ins", "moveTo", "smartTag", "customXml", "hyperlink", "fldSimple", "bdo", "of2031")
UNSEEN = ("del", "moveFrom")


@st.composite
def nested(draw: st.DrawFn, depth: int = 0) -> tuple[str, list[str]]:
    """A run or a paragraph within anything at all, and the words in it that are seen."""
    name = draw(st.sampled_from((*AROUND, *UNSEEN, "sdt", "word", "word", "box")))
    if depth > 4 or name == "word":
        word = f"w{draw(st.integers(0, 10**9))}."
        return run(word), [word]
    parts = draw(st.lists(nested(depth=depth + 1), min_size=1, max_size=3))
    inside, words = "".join(xml for xml, _ in parts), [word for _, told in parts for word in told]
    if name == "sdt":
        inside = f"<w:sdtContent>{inside}</w:sdtContent>"
    if name == "box":
        return (
            f"<w:r><w:pict><w:txbxContent><w:p>{inside}</w:p></w:txbxContent></w:pict></w:r>",
            words,
        )
    return f"<w:{name}>{inside}</w:{name}>", [] if name in UNSEEN else words


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(nested(), min_size=1, max_size=4), st.sampled_from(("p", "tc", "sdtContent")))
def test_no_word_is_lost_or_told_twice_however_it_is_nested(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, list[str]]], within: str
) -> None:
    inside = "".join(f"<w:p>{xml}</w:p>" for xml, _ in parts)
    body = {
        "p": inside,
        "tc": f"<w:tbl><w:tr><w:tc>{inside}</w:tc></w:tr></w:tbl>",
        "sdtContent": f"<w:sdt><w:sdtContent>{inside}</w:sdtContent></w:sdt>",
    }[within]
    text = text_of(tmp_path_factory.getbasetemp(), body + paragraph("End."))
    seen = [word for _, words in parts for word in words]
    assert sorted(re.findall(r"w\d+\.", text)) == sorted(seen)


def test_nesting_without_end_is_a_message(tmp_path: Path) -> None:
    deep = "<w:ins>" * 30_000 + run("x") + "</w:ins>" * 30_000
    with pytest.raises(ReadingError, match="nested too deeply"):
        results(tmp_path, document(f"<w:p>{deep}</w:p>"))


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("", ""),
        ("Word Document", "python-docx"),
        ("Document1", "Windows User"),
        ("a.docx", "Admin"),
    ],
)
def test_what_programs_write_into_every_file_states_nothing(
    tmp_path: Path, title: str, author: str
) -> None:
    """Nor is the day on which the file was made that of publication."""
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = title, author
    made.core_properties.created = datetime(2026, 1, 1)
    made.add_paragraph("The wall")
    made.add_paragraph("It costs four, the council said.")
    target = io.BytesIO()
    made.save(target)
    [article] = results(tmp_path, target.getvalue())
    assert isinstance(article, Article)
    assert (article.published, article.author, article.title) == (None, None, "The wall")
