"""Encodings: a name means what it means to browsers, and what is guessed is right or said."""

from __future__ import annotations

import pytest

from assistant.reading.encodings import codec, decoded


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("iso-8859-1", "cp1252", "“The council’s wall” – €4.2 million"),
        ("US-ASCII", "cp1252", "the café’s wall"),
        (" 'Latin1' ", "cp1252", "Zoë Brandt’s ž"),
        ("x-sjis", "cp932", "港の堤防を①２億円で再建"),
        ("gb2312", "gbk", "朱镕基说堤坝将重建"),
        ("ks_c_5601-1987", "cp949", "똠방각하 항구"),
        ("tis-620", "cp874", "ท่าเรือจะสร้างใหม่"),
        ("iso-2022-jp", "iso2022_jp", "港の堤防を再建"),
        ("hz-gb-2312", "hz", "堤坝将重建"),
        ("cp850", "cp850", "Straße und Übergänge"),
        ("x-mac-roman", "mac_roman", "the council’s café"),
        ("unicode-1-1-utf-8", "utf-8", "the council’s wall"),
        ("utf-16", "utf-16-le", "the council’s wall"),
    ],
)
def test_a_label_means_what_browsers_and_mail_programs_mean(
    label: str, encoding: str, text: str
) -> None:
    assert decoded(text.encode(encoding), label).text == text


@pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "gb2312", "windows-1251", "cp850"])
def test_sound_utf8_is_utf8_whatever_the_label_says(label: str) -> None:
    """Old pages and mails whose text was converted keep their old label."""
    assert decoded("the café’s wall, 港口".encode(), label).text == "the café’s wall, 港口"


@pytest.mark.parametrize("label", ["unknown-8bit", "x-nothing", "", "binary", "rot13", "ü", "\0"])
def test_a_label_that_means_nothing_is_no_label(label: str) -> None:
    assert codec(label) is None
    assert decoded("the café’s wall".encode("cp1252"), label).text == "the café’s wall"


@pytest.mark.parametrize("label", ["idna", "unicode_escape", "punycode", "hex", "undefined"])
def test_transforms_of_python_are_no_encodings(label: str) -> None:
    assert decoded(rb"a\u0041b", label).text == r"a\u0041b"


def test_a_label_that_does_not_fit_the_bytes_is_not_believed() -> None:
    text = "Près de la rivière, les élèves ont été évacués à l’aube par l’armée."
    assert decoded(text.encode("cp1252"), "utf-8").text == text
    assert decoded(text.encode("cp1252"), "shift_jis").text == text


def test_one_bad_byte_does_not_make_a_label_wrong() -> None:
    text = "港の堤防を再建すると発表した。工事は九月に始まる。" * 4
    found = decoded(text.encode("cp932") + b"\x85 end", "shift_jis").text
    assert found.startswith(text) and found.endswith("\ufffd end")
