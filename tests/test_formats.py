"""The readers of each format: what they find in good files, and bad ones only get a message."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import formats
import pytest
from formats import Told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import ReadingError
from assistant.reading import FORMATS, Options, find_sources, read
from assistant.reading.text import canonical
from assistant.types import Article, Failure

pytest.importorskip("trafilatura")
pytest.importorskip("pypdfium2")
pytest.importorskip("docx")

TOLD = Told()
TEXT = "\n\n".join(TOLD.paragraphs)
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def results(
    folder: Path, name: str, content: str | bytes, options: Options | None = None
) -> list[Article | Failure]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read(path, article_id=name, options=options or Options()))


def only(folder: Path, name: str, content: str | bytes) -> Article:
    [found] = results(folder, name, content)
    assert isinstance(found, Article), found
    assert canonical(found.text) == found.text, "spans are offsets into canonical text"
    return found


def words(text: str) -> str:
    return " ".join(text.split())


# --- good files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["json-ld", "opengraph", "meta", "microdata"])
def test_a_page_gives_its_article_and_what_it_states_and_nothing_around_it(
    tmp_path: Path, template: str
) -> None:
    found = only(tmp_path, "page.html", formats.page(TOLD, template))
    assert (found.title, found.author, found.published) == (TOLD.title, TOLD.author, TOLD.day)
    assert (found.source, found.url, found.language) == (TOLD.outlet, TOLD.url, "en")
    for paragraph in TOLD.paragraphs:
        assert paragraph in found.text
    for noise in ("cookies", "Other news", "newsletter", "steal()", "color", "changed"):
        assert noise not in found.text


def test_the_day_that_a_page_states_counts_more_than_an_address_that_looks_like_one(
    tmp_path: Path,
) -> None:
    """The last number of this address is that of the article, not of a day."""
    told = formats.Told(url="https://gazette.example/2024/06/21")
    found = only(tmp_path, "page.html", formats.page(told, "microdata"))
    assert found.published == told.day


@pytest.mark.parametrize(
    ("head", "shown", "day", "writer"),
    [
        ("", "<p>By Ada Quill</p><p>3 Nov 2024</p>{text}", date(2024, 11, 3), "Ada Quill"),
        ("", "{text}<p>By Other Writer | 1 January 2019</p>", None, "Other Writer"),
        ("", "<time class='updated' datetime='2025-01-05'>5 January 2025</time>{text}", None, None),
        ("", "<p>Reopens <b>3 November 2024</b></p>{text}", None, None),
        ("", "{text}<h2>More</h2><p>By Other Writer</p><p>Published 1 May 2019</p>", None, None),
        ("", "{text}<ul><li>Ferry <time datetime='2019-01-01'>1 January</time></ul>", None, None),
        ("<meta name=author content='By Ada Quill, Chief Reporter'>", "{text}", None, "Ada Quill"),
        ("<meta property=og:site_name content=Post><meta name=author content=Post>",
         "<p>By Ada Quill</p>{text}", None, "Ada Quill"),
        ("<meta property=og:site_name content=Post><meta name=author content=Post>",
         "{text}", None, None),
        ("<link rel=canonical href=https://x.example/2024/11/03/bridge>", "{text}",
         date(2024, 11, 3), None),
        ("<link rel=canonical href=https://x.example/2024/11/bridge>", "{text}", None, None),
        ("<script type='application/ld+json'><!-- {ld} --></script>", "{text}",
         date(2024, 11, 3), "Ada Quill"),
        ("<script type='application/ld+json'>//<![CDATA[\n{ld}//]]></script>", "{text}",
         date(2024, 11, 3), "Ada Quill"),
        ("<script type='application/ld+json; charset=utf-8'>[{ld},]</script>", "{text}",
         date(2024, 11, 3), "Ada Quill"),
        ("<script type='application/ld+json'>[{ld}, {other}]</script>", "{text}",
         date(2024, 11, 3), "Ada Quill"),
        ("<script type='application/ld+json'>[{other}, {other}]</script>", "{text}", None, None),
    ],
)  # fmt: skip
def test_day_and_writer_of_a_page_are_its_own_or_none(
    tmp_path: Path, head: str, shown: str, day: date | None, writer: str | None
) -> None:
    """Not an update's, a teaser's, an outlet's, or those of an event."""
    article = {
        "@type": "NewsArticle",
        "headline": "Bridge reopens",
        "datePublished": "2024-11-03T22:30:00-08:00",
        "author": {"@id": "#ada"},
    }
    graph = {"@graph": [article, {"@type": "Person", "@id": "#ada", "name": "Ada Quill"}]}
    other = {
        **article,
        "headline": "Ferry",
        "datePublished": "2019-01-01",
        "author": "Other Writer",
    }
    text = f"<p>{'The bridge has been open since the morning, the mayor said. ' * 4}</p>" * 3
    for name, value in (("ld", graph), ("other", other)):
        head = head.replace(f"{{{name}}}", json.dumps(value))
    path = tmp_path / "a.html"
    path.write_text(
        f"<html><head><title>Bridge reopens</title>{head}</head><body><nav>Home</nav><article>"
        f"<h1>Bridge reopens</h1>{shown.replace('{text}', text)}</article></body></html>"
    )
    [found] = read(path, article_id="a", options=Options())
    assert isinstance(found, Article)
    assert (found.published, found.author) == (day, writer)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["06/12/2024", "13/06/2024"], ["2024-12-06", "2024-06-13"]),
        (["6/12/2024", "6/13/2024"], ["2024-06-12", "2024-06-13"]),
        (["06/12/2024", "13/06/2024", "06/13/2024"], ["None", "2024-06-13", "2024-06-13"]),
        (["06/12/2024", "05/06/2024"], ["None", "None"]),
        (["3/11/24", "23/11/24"], ["2024-11-03", "2024-11-23"]),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_open_day_is_settled_by_the_rest_of_the_table(
    tmp_path: Path, kind: str, days: list[str], expected: list[str]
) -> None:
    path = tmp_path / f"a.{kind}"
    rows = [{"title": "T", "text": "The wall costs 4 pounds.", "date": day} for day in days]
    if kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        path.write_text("title,text,date\n" + "".join(f"{','.join(r.values())}\n" for r in rows))
    found = [item for item in read(path, article_id="a", options=Options())]
    assert [str(a.published) for a in found if isinstance(a, Article)] == expected


def test_a_page_says_its_encoding_and_that_counts(tmp_path: Path) -> None:
    page = "<html><head><meta charset='windows-1251'></head><body><p>" + "Река поднялась. " * 9
    found = only(tmp_path, "page.htm", page.encode("cp1251"))
    assert "Река поднялась." in found.text


def test_a_short_page_is_read_too(tmp_path: Path) -> None:
    assert only(tmp_path, "p.html", "<p>The mill is sold.</p>").text == "The mill is sold."


def test_a_pdf_gives_text_and_information(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    found = only(tmp_path, "a.pdf", formats.pdf(TOLD))
    assert (found.title, found.author, found.published) == (TOLD.title, TOLD.author, TOLD.day)
    for paragraph in TOLD.paragraphs:
        assert words(paragraph) in words(found.text)
    assert TOLD.title not in found.text


def test_a_pdf_of_too_many_pages_names_the_setting(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    with pytest.raises(ReadingError, match="more than 3 pages") as caught:
        results(tmp_path, "a.pdf", formats.pdf(TOLD, pages=5), Options(max_pages=3))
    assert "max_pages" in caught.value.hint


def test_a_pdf_of_ten_thousand_pages_is_refused_before_it_is_read(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(10_000):
        writer.add_blank_page(72, 72)
    target = io.BytesIO()
    writer.write(target)
    with pytest.raises(ReadingError, match="pages"):
        results(tmp_path, "a.pdf", target.getvalue())


def test_a_scan_and_a_locked_pdf_say_so(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    for password, reason in (("", "no text in it"), ("secret", "password")):
        writer = PdfWriter()
        writer.add_blank_page(72, 72)
        if password:
            writer.encrypt(password, algorithm="RC4-128")
        target = io.BytesIO()
        writer.write(target)
        with pytest.raises(ReadingError, match=reason):
            results(tmp_path, "a.pdf", target.getvalue())


def test_a_word_document_gives_text_tables_and_properties(tmp_path: Path) -> None:
    found = only(tmp_path, "a.docx", formats.docx(TOLD))
    assert (found.title, found.author, found.published) == (TOLD.title, TOLD.author, TOLD.day)
    assert TEXT in found.text and found.text.endswith("cell 0 | cell 1\n\ncell 2 | cell 3")


def test_each_chapter_of_a_book_is_an_article(tmp_path: Path) -> None:
    second = Told(
        title="Ferry gets a second boat", paragraphs=("The ferry company has bought it.",) * 2
    )
    book = formats.epub({"1.xhtml": formats.chapter(TOLD), "2.xhtml": formats.chapter(second)})
    one, two = results(tmp_path, "week.epub", book)
    assert isinstance(one, Article) and isinstance(two, Article)
    assert (one.id, one.title, one.text) == ("week.epub#OEBPS/text/1.xhtml", TOLD.title, TEXT)
    assert (two.title, two.author, two.published) == (second.title, TOLD.author, TOLD.day)
    assert (two.source, two.language) == (TOLD.outlet, "en")


def test_of_a_page_without_any_layout_no_paragraph_is_lost(tmp_path: Path) -> None:
    """A mail of two formatted paragraphs, of which the first was taken for an advertisement."""
    said = (
        "Kelderby Otters 3, Ruskholm Wolves 4 after overtime on Friday night. Two goals by Mikael "
        "Brandvold. Attendance 2,975. Next game: Tuesday in Hexley. (Finn Abara)",
        "Fenlight Energy, the developer, said that it would not order foundations before the court "
        "has ruled. It called the complaint “a delay, not an argument”.",
        "The town clerk entered the matter in the register as number 11 021.",
    )
    for name, content in (
        ("a.eml", formats.mail(formats.Told(paragraphs=said), as_html=True)),
        ("a.html", "".join(f"<p>{paragraph}</p>" for paragraph in said)),
    ):
        found = only(tmp_path, name, content)
        kept = words(found.text) if name == "a.eml" else words(f"{found.title} {found.text}")
        assert [p for p in said if words(p) not in kept] == []


def test_what_is_only_named_a_pdf_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="is no PDF, whatever its name says"):
        results(tmp_path, "a.pdf", formats.page(TOLD).encode())


@pytest.mark.parametrize("as_html", [False, True])
def test_a_mail_is_an_article(tmp_path: Path, as_html: bool) -> None:
    found = only(tmp_path, "a.eml", formats.mail(TOLD, as_html=as_html))
    assert (found.title, found.author, found.published) == (TOLD.title, TOLD.author, TOLD.day)
    assert words(found.text) == words(TEXT)


def test_a_table_is_read_a_row_at_a_time_by_whatever_its_columns_are_called(tmp_path: Path) -> None:
    table = (
        "Nr;Schlagzeile;Volltext;Tag\n"
        f'7;{TOLD.title};"{TOLD.paragraphs[0]}\n{TOLD.paragraphs[1]}";12.06.2024\n'
        "7;Again;The same number once more.;\n"
        "8;Empty;;\n"
        "9;The ferry;It has a second boat.;2024-06-13\n"
    )
    with pytest.raises(ReadingError, match="no column") as caught:
        results(tmp_path, "a.csv", table)
    assert "columns" in caught.value.hint and "volltext" in caught.value.hint
    columns = {"text": "Volltext", "title": "Schlagzeile", "date": "Tag", "id": "Nr"}
    one, again, empty, ferry = results(tmp_path, "a.csv", table, Options(columns=columns))
    assert isinstance(one, Article) and isinstance(ferry, Article)
    assert (one.id, one.title, one.published) == ("a.csv#7", TOLD.title, TOLD.day)
    assert one.text == "\n".join(TOLD.paragraphs[:2])
    assert (ferry.id, ferry.published) == ("a.csv#9", date(2024, 6, 13))
    assert isinstance(again, Failure) and "earlier row" in again.reason
    assert isinstance(empty, Failure) and "no text" in empty.reason


def test_columns_name_the_keys_of_json_lines_too(tmp_path: Path) -> None:
    line = '{"Story": "The mill is sold.", "Head": "The mill"}'
    [found] = results(
        tmp_path, "a.jsonl", line, Options(columns={"text": "story", "title": "Head"})
    )
    assert isinstance(found, Article)
    assert (found.title, found.text) == ("The mill", "The mill is sold.")


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tgz", "a.tar"])
def test_an_archive_gives_the_articles_in_it(tmp_path: Path, name: str) -> None:
    files: dict[str, str | bytes] = {
        "one/page.html": formats.page(TOLD),
        "one/2024-06-13-ferry.txt": "The ferry\n\nIt has a second boat.",
        "two/all.jsonl": '{"id": "x", "title": "T", "text": "Line text."}\n{broken',
        "photo.jpg": b"\xff\xd8",
        "README.md": "about",
        "__MACOSX/one/._page.html": "hidden",
        "bad.pdf": b"%PDF-1.4 nothing",
    }
    mode = {"a.tar": "w"}.get(name, "w:gz")
    content = formats.zipped(files) if name == "a.zip" else formats.tarred(files, mode=mode)
    found = results(tmp_path, name, content)
    articles = {a.id: a for a in found if isinstance(a, Article)}
    assert set(articles) == {
        f"{name}!/one/page.html",
        f"{name}!/one/2024-06-13-ferry.txt",
        f"{name}!/two/all.jsonl#x",
    }
    assert articles[f"{name}!/one/2024-06-13-ferry.txt"].published == date(2024, 6, 13)
    failures = [f.where for f in found if isinstance(f, Failure)]
    assert failures == [f"{tmp_path / name}!/two/all.jsonl:2", f"{tmp_path / name}!/bad.pdf"]
    assert [s.article_id for s in find_sources(tmp_path)] == [name]


# --- hostile files -------------------------------------------------------------------------------


def test_names_that_leave_an_archive_links_and_inner_archives_are_named_and_not_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret.txt").write_text("The secret text.")
    link = tarfile.TarInfo("link.txt")
    link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret.txt")
    hard = tarfile.TarInfo("hard.txt")
    hard.type, hard.linkname = tarfile.LNKTYPE, "../secret.txt"
    pipe = tarfile.TarInfo("pipe.txt")
    pipe.type = tarfile.FIFOTYPE
    files: dict[str, str | bytes] = {
        "../up.txt": "Up.",
        "/etc/root.txt": "Root.",
        "a/../../b.txt": "B.",
        "inner.zip": formats.zipped({"x.txt": "Inner."}),
        "good.txt": "The good text.",
    }
    inside = tmp_path / "inside"
    inside.mkdir()
    for name, content, bad in (
        ("a.tar.gz", formats.tarred(files, link, hard, pipe), 7),
        ("a.zip", formats.zipped(files | {"C:\\x.txt": "C."}), 5),
    ):
        found = results(inside, name, content)
        assert [a.text for a in found if isinstance(a, Article)] == ["The good text."]
        assert len([f for f in found if isinstance(f, Failure)]) == bad
    assert {p.name for p in tmp_path.rglob("*")} == {"secret.txt", "inside", "a.tar.gz", "a.zip"}


def test_a_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("The secret text.")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, str(tmp_path / "secret.txt"))
    [failure] = results(tmp_path, "a.zip", target.getvalue())
    assert isinstance(failure, Failure) and "link" in failure.reason


def test_bombs_are_refused_with_the_name_of_the_setting(tmp_path: Path) -> None:
    zeros = b"0" * 3_000_000
    options = Options(max_unpacked_bytes=2_000_000, max_entries=50)
    many = {f"{n}.txt": "x" for n in range(60)}
    for name, content, setting in (
        ("a.zip", formats.zipped({"a.txt": zeros}), "max_unpacked_bytes"),
        ("a.tar.gz", formats.tarred({"skipped.bin": zeros}), "max_unpacked_bytes"),
        ("a.docx", formats.zipped({"word/document.xml": zeros}), "max_unpacked_bytes"),
        ("a.epub", formats.zipped({"x": zeros}), "max_unpacked_bytes"),
        ("b.zip", formats.zipped(many), "max_entries"),
        ("b.tar.gz", formats.tarred(many), "max_entries"),
    ):
        with pytest.raises(ReadingError) as caught:
            results(tmp_path, name, content, options)
        assert setting in caught.value.hint


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_claims(tmp_path: Path) -> None:
    content = bytearray(formats.zipped({"a.txt": b"0" * 3_000_000}))
    claim = (3_000_000).to_bytes(4, "little")
    while (at := content.find(claim)) >= 0:
        content[at : at + 4] = (100).to_bytes(4, "little")
    [found] = results(tmp_path, "a.zip", bytes(content), Options(max_unpacked_bytes=1_000))
    assert isinstance(found, Failure)


def test_damage_inside_a_packed_part_is_a_message(tmp_path: Path) -> None:
    """Python's zipfile lets the error of zlib through; a longer run of the fuzzing found it."""
    book = bytearray(formats.epub({"1.xhtml": formats.chapter(TOLD)}))
    at = book.index(b"META-INF/container.xml") + len(b"META-INF/container.xml")
    book[at] = 0
    with pytest.raises(ReadingError, match="damaged"):
        results(tmp_path, "a.epub", bytes(book))


def test_a_large_member_of_an_archive_is_a_failure_and_the_others_are_read(tmp_path: Path) -> None:
    files = {"a.txt": "x" * 2_000, "b.txt": "The good text."}
    for name, content in (("a.zip", formats.zipped(files)), ("a.tgz", formats.tarred(files))):
        failure, article = results(tmp_path, name, content, Options(max_file_bytes=1_000))
        assert isinstance(failure, Failure) and "max_file_bytes" in failure.hint
        assert isinstance(article, Article)


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "haha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)


def test_entities_that_grow_are_refused_or_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ReadingError):
        results(
            tmp_path, "a.epub", formats.epub({"1.xhtml": formats.chapter(TOLD)}, doctype=LAUGHS)
        )
    page = formats.page(TOLD).replace("<!DOCTYPE html>", LAUGHS).replace("</h1>", "&j;</h1>")
    assert len(only(tmp_path, "a.html", page).text) < 2_000
    document = formats.docx(TOLD)
    parts = {}
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["word/document.xml"].decode()
    parts["word/document.xml"] = (
        xml.replace("?>", f"?>{LAUGHS}", 1).replace("Nobody", "&j;").encode()
    )
    try:
        found = results(tmp_path, "a.docx", formats.zipped(parts))
    except ReadingError:
        return
    assert all(isinstance(a, Article) and len(a.text) < 2_000 for a in found)


def test_external_entities_read_nothing_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET-7")
    evil = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    page = formats.page(TOLD).replace("<!DOCTYPE html>", evil).replace("</h1>", "&s;</h1>")
    chapter = formats.chapter(TOLD).replace("?>", f"?>{evil}", 1).replace("Nobody", "&s;")
    for name, content in (("a.html", page), ("a.epub", formats.epub({"1.xhtml": chapter}))):
        for found in results(tmp_path, name, content):
            assert isinstance(found, Article) and "SECRET-7" not in found.text + found.title


def test_a_missing_library_is_named_with_its_extra(tmp_path: Path) -> None:
    """In a process in which the libraries cannot be imported."""
    code = (
        "import sys, pathlib\n"
        "for name in ('lxml', 'pypdfium2', 'trafilatura'): sys.modules[name] = None\n"
        "from assistant.errors import ReadingError\n"
        "from assistant.reading import read\n"
        "for suffix in ('html', 'pdf'):\n"
        "    path = pathlib.Path(sys.argv[1], 'a.' + suffix); path.write_bytes(b'<p>x</p>')\n"
        "    try: list(read(path, article_id='a'))\n"
        "    except ReadingError as error: print(error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert [line.split("[")[1] for line in done.stdout.split("\n")[:-1]] == ["html]'", "pdf]'"]


# --- fuzzing -------------------------------------------------------------------------------------


def _samples() -> dict[str, bytes]:
    return {
        ".html": formats.page(TOLD).encode(),
        ".docx": formats.docx(TOLD),
        ".epub": formats.epub({"1.xhtml": formats.chapter(TOLD)}),
        ".eml": formats.mail(TOLD),
        ".csv": f'id,title,text\n1,{TOLD.title},"{TOLD.paragraphs[0]}"\n'.encode(),
        ".zip": formats.zipped({"a.txt": TEXT, "b.html": formats.page(TOLD)}),
        ".tar.gz": formats.tarred({"a.txt": TEXT, "b.eml": formats.mail(TOLD)}),
        ".pdf": _pdf_sample(),
    }


def _pdf_sample() -> bytes:
    try:
        return formats.pdf(TOLD)
    except ImportError:
        return b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>"


SAMPLES = _samples()


def assert_only_reading_errors(path: Path) -> None:
    try:
        found = list(read(path, article_id=path.name, options=Options(max_unpacked_bytes=10**7)))
    except ReadingError as error:
        assert str(path) in error.message and error.hint and "\n" not in error.message
        return
    for item in found:
        if isinstance(item, Article):
            assert item.text.strip() and canonical(item.text) == item.text
        else:
            assert str(path) in item.where and "\n" not in item.reason


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file with bytes changed, cut out or put in, or cut short."""
    suffix = draw(st.sampled_from(sorted(SAMPLES)))
    data = bytearray(SAMPLES[suffix])
    if suffix == ".tar.gz" and draw(st.booleans()):
        data = bytearray(gzip.decompress(data))
        suffix = ".tar"
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.sampled_from(["change", "cut", "insert", "end"])):
            case "change":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del data[at : at + draw(st.integers(1, 200))]
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=30))
            case "end":
                del data[at:]
    return suffix, bytes(data)


@unhurried
@given(damaged())
def test_damaged_files_raise_nothing_but_reading_errors(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, bytes]
) -> None:
    suffix, data = case
    path = tmp_path_factory.getbasetemp() / f"damaged{suffix}"
    path.write_bytes(data)
    assert_only_reading_errors(path)


@unhurried
@given(st.binary(max_size=400), st.sampled_from([*FORMATS, ".zip", ".tar.gz", ".tar"]))
def test_any_bytes_raise_nothing_but_reading_errors(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(data)
    assert_only_reading_errors(path)


def worst() -> Iterator[tuple[str, bytes]]:
    """Files made to take for ever, or all memory."""
    yield "deep.html", b"<div>" * 200_000 + b"The mill is sold."
    yield "wide.html", b"<p>The mill is sold today.</p>" * 60_000
    yield "attributes.html", b"<p " + b"a=b " * 300_000 + b">The mill is sold.</p>"
    yield "unclosed.html", b"<a href='" + b"x" * 3_000_000
    yield "brackets.html", b"<" * 2_000_000
    yield "comments.html", b"<!--" * 500_000
    yield (
        "json.html",
        (
            b'<script type="application/ld+json">'
            + b"[" * 900_000
            + b"</script><p>The mill is sold."
        ),
    )
    yield "headers.eml", b"".join(b"X-%d: y\n" % n for n in range(100_000)) + b"\nThe mill is sold."
    yield (
        "nested.eml",
        b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n)
            for n in range(3_000)
        )
        + b"\nThe mill is sold.",
    )
    yield "rows.csv", b"text\n" + b'"' * 3_000_001
    yield "bomb.tar.gz", gzip.compress(b"\0" * 600_000_000, 1)
    spanning = formats.docx(TOLD)
    with zipfile.ZipFile(io.BytesIO(spanning)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    xml = bytes(parts["word/document.xml"])  # type: ignore[arg-type]
    span = b'<w:tcPr><w:gridSpan w:val="900000000"/>'
    assert b"<w:tcPr>" in xml
    parts["word/document.xml"] = xml.replace(b"<w:tcPr>", span)
    yield "span.docx", formats.zipped(parts)
    yield "bomb.pdf", pdf_of(zlib.compress(b" " * 200_000_000, 1))
    yield "busy.pdf", pdf_of(zlib.compress(b"BT /F1 9 Tf (x) Tj ET\n" * 1_000_000, 1))
    yield "bomb.zip", formats.zipped({"a.txt": b"a" * 30_000_000, "b.txt": b" " * 19_000_000})


def pdf_of(stream: bytes) -> bytes:
    """A PDF of one page with this packed content."""
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F1"
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>" % (len(stream), stream)
    )


LIMITED = """
import sys, time, resource
from pathlib import Path
from assistant.errors import ReadingError
from assistant.reading import read
import trafilatura, pypdfium2.raw  # their size is not the file's fault
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
try:
    print(len(list(read(Path(sys.argv[1]), article_id="x"))), "read")
except ReadingError as error:
    print(error.message)
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
print(round(time.process_time() - start, 1), grown, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="measures a process as Linux does")
@pytest.mark.parametrize(
    ("name", "data"), list(worst()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_the_worst_files_take_neither_for_ever_nor_all_memory(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """At most 10 s of processor time and 1 GiB more memory, in a process of its own."""
    path = tmp_path / name
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, megabytes = map(float, done.stdout.split("\n")[-2].split())
    assert seconds < 10 and megabytes < 1024, done.stdout
