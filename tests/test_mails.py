"""Mails as programs send them: bytes that nobody named, names that nobody knows, and stubs."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from assistant.errors import ReadingError
from assistant.reading import Options, read
from assistant.types import Article, Failure

pytest.importorskip("trafilatura")

TEXT = "Die Brücke bei Kelderby kostet 4,2 Millionen €, sagte Zoë Küng – „endlich“."
# Long enough that the few characters beyond ASCII are one in a hundred.
TEXT += " Mehr war am Abend nicht zu erfahren." * 12
ARTICLE = (
    "The mill bridge was closed on Tuesday after the river rose by two metres in one night, the "
    "town council said.",
    "Repairing it will cost £15.8m, said Ana Brook, who runs the roads of the council.",
)
HTML = "".join(f"<p>{paragraph}</p>" for paragraph in ARTICLE)


def article(folder: Path, content: bytes) -> Article:
    path = folder / "a.eml"
    path.write_bytes(content)
    found, *notes = read(path, article_id="a.eml", options=Options())
    assert isinstance(found, Article), found
    assert all(isinstance(note, Failure) and note.note for note in notes), notes
    return found


def mail(body: bytes, kind: str = "", subject: bytes = b"The bridge") -> bytes:
    """With these bytes as they are, which the mail calls `kind`."""
    return (
        b"From: Zo\xc3\xab K\xc3\xbcng <zoe@gazette.example>\r\nSubject: "
        + subject
        + b"\r\nDate: Wed, 12 Jun 2024 10:00:00 +0000\r\n"
        + (f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n".encode() if kind else b"")
        + b"\r\n"
        + body
    )


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        ("", "utf-8"),
        ("text/plain", "utf-8"),
        ("text/plain; charset=us-ascii", "utf-8"),
        ("text/plain; charset=us-ascii", "cp1252"),
        ("text/plain; charset=utf-8", "cp1252"),
        ("text/plain; charset=iso-8859-1", "cp1252"),
        ("text/plain; charset=iso-8859-1", "utf-8"),
        ("text/plain; charset=x-unknown", "utf-8"),
        ("text/plain; charset=x-unknown", "cp1252"),
        ('text/plain; charset="unicode-1-1-utf-8"', "utf-8"),
        ("text/plain; charset=", "utf-8"),
        ("text/plain; charset=cp-850", "cp1252"),
        ("text/html", "utf-8"),
        ("text/html; charset=iso-8859-1", "cp1252"),
    ],
)
def test_the_text_of_a_mail_survives_whatever_its_encoding_is_called(
    tmp_path: Path, kind: str, encoding: str
) -> None:
    assert article(tmp_path, mail(TEXT.encode(encoding), kind)).text == TEXT


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("gb2312", "gbk", "镕基先生说，新桥的费用是四百二十万元。"),
        ("iso-2022-jp", "iso-2022-jp", "新しい橋の費用は四百万円だと市長が言った。"),
        ("koi8-r", "koi8-r", "Новый мост стоит четыре миллиона рублей."),
        ("windows-1251", "cp1251", "Новый мост стоит четыре миллиона рублей."),
        ("utf-7", "utf-7", "Die Brücke kostet 4 €."),
    ],
)
def test_other_scripts_by_their_names(tmp_path: Path, label: str, encoding: str, text: str) -> None:
    found = article(tmp_path, mail(text.encode(encoding), f"text/plain; charset={label}"))
    assert found.text == text


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Brücke für Kelderby: 4 €".encode(), "Brücke für Kelderby: 4 €"),
        ("Brücke für Kelderby: 4 €".encode("cp1252"), "Brücke für Kelderby: 4 €"),
        (b"=?iso-8859-1?Q?Br=FCcke_f=FCr_4_=80?= now", "Brücke für 4 € now"),
        (b"=?x-unknown?Q?Br=C3=BCcke?=", "Brücke"),
        (b"=?utf-8?B?QnLD?= =?utf-8?B?vGNrZQ==?= bei Kelderby", "Brücke bei Kelderby"),
        (b"=?gb2312?B?w/bI2Q==?=", b"\xc3\xf6\xc8\xd9".decode("gbk")),
        (b"=?utf-8?B?broken", "=?utf-8?B?broken"),
        (b"folded\r\n over lines", "folded over lines"),
    ],
)
def test_a_subject_is_read_like_a_text(tmp_path: Path, subject: bytes, title: str) -> None:
    found = article(tmp_path, mail(TEXT.encode(), subject=subject))
    assert (found.title, found.author) == (title, "Zoë Küng")


def test_a_mail_that_an_editor_has_saved_with_a_mark_first_is_read(tmp_path: Path) -> None:
    found = article(tmp_path, b"\xef\xbb\xbf" + mail(TEXT.encode()))
    assert (found.title, found.text) == ("The bridge", TEXT)


def test_a_guess_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    for kind, told in (("text/plain; charset=x-unknown", True), ("text/plain; charset=l1", False)):
        path.write_bytes(mail(TEXT.encode("cp1252"), kind))
        _, *notes = read(path, article_id="a.eml", options=Options())
        assert ["windows-1252" in note.reason for note in notes] == [True] * told


def alternatives(plain: str, html: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "The bridge"
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


@pytest.mark.parametrize(
    "stub",
    [
        "Your mail program does not show HTML.",
        "Ihr E-Mail-Programm zeigt kein HTML an. Öffnen Sie diese Nachricht im Browser: "
        "https://news.example/" + "x" * 300,
        "Read the bridge story and more at https://news.example/1",
        "",
    ],
)
def test_a_plain_part_that_is_no_text_of_the_mail_is_passed_over(tmp_path: Path, stub: str) -> None:
    assert article(tmp_path, alternatives(stub, HTML)).text == "\n\n".join(ARTICLE)


@pytest.mark.parametrize(
    "html",
    [
        HTML,
        f"<table><tr><td>{HTML}</td></tr></table><p>You asked for this mail.</p>",
        "<p>Open in the browser.</p>",
        "<img src='cid:1'>",
    ],
)
def test_a_plain_part_with_the_text_is_taken(tmp_path: Path, html: str) -> None:
    plain = "\n\n".join(ARTICLE) + "\n\nNumber 11 021 of the register."
    assert article(tmp_path, alternatives(plain, html)).text == plain


def test_of_a_newsletter_laid_out_in_tables_no_headline_is_lost(tmp_path: Path) -> None:
    page = (
        '<body><div style="display:none">Hidden words.</div><table><tr><td><table><tr><td>'
        f"<h1>The bridge</h1>{HTML}</td></tr><tr><td><h2>The ferry</h2>It has a boat.</td></tr>"
        "</table></td></tr></table></body>"
    )
    found = article(tmp_path, alternatives("This newsletter needs HTML.", page))
    assert found.text == "\n\n".join((*ARTICLE, "The ferry", "It has a boat."))


def test_all_parts_that_a_reader_sees_are_the_text_and_attachments_are_not(tmp_path: Path) -> None:
    """As mail programs put a picture in the middle: the text after it used to be lost."""
    message = EmailMessage()
    message["Subject"] = "The bridge"
    message.set_content(ARTICLE[0])
    message.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", disposition="inline")
    message.add_attachment(ARTICLE[1], disposition="inline")
    message.add_attachment("attached", filename="notes.txt")
    forwarded = EmailMessage()
    forwarded.set_content("forwarded")
    message.add_attachment(forwarded)
    assert article(tmp_path, message.as_bytes()).text == "\n\n".join(ARTICLE)


def test_a_mail_of_attachments_only_says_so(tmp_path: Path) -> None:
    message = EmailMessage()
    message.add_attachment("attached", filename="notes.txt")
    with pytest.raises(ReadingError, match="no text in this mail"):
        article(tmp_path, message.as_bytes())
