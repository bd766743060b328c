"""Encodings: a name means what it means to browsers, and what is guessed is right or said."""

from __future__ import annotations

import json
from pathlib import Path

import formats
import pytest

from assistant.reading import read
from assistant.reading.encodings import NotText, codec, decoded
from assistant.reading.stated_encoding import stated_encoding
from assistant.types import Article, Failure

pytest.importorskip("trafilatura")


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_pound_sign_survives_every_encoding(encoding: str) -> None:
    """A reader that drops bytes turns "£15.8m" into "15.8m", and nobody notices."""
    text = "The bridge costs £15.8m, says the café owner."
    assert decoded(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "“Quoted” – the price is 5 € at the café"),
        ("cp1252", "Près de la rivière, les élèves ont été évacués à l’aube par l’armée. " * 3),
        ("cp1251", "Ночью река поднялась, и люди не могли вернуться в город до утра. " * 3),
        ("gb18030", "河水在夜间上涨，居民不得不离开城市。市长说，明天桥梁将重新开放。" * 3),
    ],
)
def test_older_encodings(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)).text == text


def test_stray_byte_in_utf8_text_is_read_and_the_rest_unharmed() -> None:
    assert decoded("Überfälle, schön, ".encode() + b"\xa315.8m").text == "Überfälle, schön, £15.8m"


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00", bytes(range(1, 256)) * 4])
def test_binary_is_no_text(data: bytes) -> None:
    with pytest.raises(NotText):
        decoded(data)


# --- no label, or a wrong one --------------------------------------------------------------------

PARAGRAPHS = {
    "polish": "Rada gminy zamknęła wczoraj stary młyn. Sołtys powiedział, że ściany grożą "
    "zawaleniem, a naprawa będzie kosztować dwieście tysięcy złotych. Ludzie są źli.",
    "czech": "Obec včera zavřela starý mlýn. Starosta řekl, že zdi hrozí zřícením a že oprava "
    "přijde na dvě stě tisíc korun. Lidé se zlobí, žádný úřad se jich neptal.",
    "turkish": "Belediye dün eski değirmeni kapattı. Muhtar, duvarların çökme tehlikesi "
    "taşıdığını ve onarımın iki yüz bin liraya mal olacağını söyledi. İnsanlar kızgın.",
    "russian": "Вчера посёлок закрыл старую мельницу. Староста сказал, что стены могут рухнуть, "
    "а ремонт обойдётся в двести тысяч рублей. Люди недовольны.",
    "greek": "Ο δήμος έκλεισε χθες τον παλιό μύλο. Ο πρόεδρος είπε ότι οι τοίχοι κινδυνεύουν να "
    "πέσουν και ότι η επισκευή θα κοστίσει διακόσιες χιλιάδες ευρώ.",
    "hebrew": "המועצה סגרה אתמול את הטחנה הישנה. ראש המועצה אמר שהקירות עלולים לקרוס ושהתיקון "
    "יעלה מאתיים אלף שקלים. התושבים כועסים מאוד.",
    "arabic": "أغلقت البلدية أمس الطاحونة القديمة. وقال الرئيس إن الجدران مهددة بالانهيار وإن "
    "الإصلاح سيكلف مئتي ألف جنيه. والناس غاضبون جدا.",
    "thai": "เมื่อวานนี้เทศบาลปิดโรงสีเก่า ผู้ใหญ่บ้านกล่าวว่า"
    "กำแพงอาจพังลงมาและการซ่อมแซมจะใช้เงินสองแสนบาท ชาวบ้านไม่พอใจ",
    "chinese": "村里昨天关闭了旧磨坊。村长说墙壁有倒塌的危险，修理要花二十万元。村民们很生气。",
    "taiwan": "村裡昨天關閉了舊磨坊。村長說牆壁有倒塌的危險，修理要花二十萬元。村民們很生氣。",
    "japanese": "村は昨日、古い水車小屋を閉鎖した。村長は、壁が崩れるおそれがあり、"
    "修理には二百万円かかると述べた。",
    "korean": "마을은 어제 오래된 방앗간을 닫았다. 이장은 벽이 무너질 위험이 있으며 "
    "수리에 이천만 원이 든다고 말했다.",
    "german": "Das Dorf hat gestern die alte Mühle geschlossen. Die Wände könnten einstürzen, "
    "sagte der Bürgermeister; das Geld für die Reparatur müsse erst gefunden werden.",
    "english": "The village closed its old mill yesterday. “The walls aren’t safe,” the mayor "
    "said – and the council’s money won’t do: it needs £200,000.",
    "lithuanian": "Vakar kaimas uždarė senąjį malūną. Seniūnas pasakė, kad sienos gali sugriūti, "
    "o remontas kainuos du šimtus tūkstančių eurų. Žmonės pyksta.",
}
ENCODINGS = {
    "polish": "cp1250 iso8859_2 cp852",
    "czech": "cp1250 iso8859_2",
    "turkish": "cp1254",
    "russian": "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic",
    "greek": "cp1253 iso8859_7",
    "hebrew": "cp1255",
    "arabic": "cp1256",
    "thai": "cp874 tis_620",
    "chinese": "gb18030 gb2312 hz",
    "taiwan": "big5",
    "japanese": "cp932 euc_jp iso2022_jp",
    "korean": "cp949 euc_kr iso2022_kr",
    "german": "cp1252 cp850 mac_roman",
    "english": "cp1252 mac_roman",
    "lithuanian": "cp1257",
}
IN_EACH = [(lang, enc) for lang, encodings in ENCODINGS.items() for enc in encodings.split()]


@pytest.mark.parametrize(("language", "encoding"), IN_EACH)
def test_what_does_not_say_its_encoding_is_read_right_and_the_guess_is_told(
    language: str, encoding: str
) -> None:
    text = PARAGRAPHS[language]
    found = decoded(text.encode(encoding))
    assert found.text == text
    assert "does not say its encoding" in found.doubt and "a guess" in found.doubt
    [note] = found.notes("mill.txt")
    assert note.note and note.where == "mill.txt" and "UTF-8" in note.hint


@pytest.mark.parametrize(("language", "encoding"), IN_EACH)
def test_a_right_label_leaves_nothing_to_tell(language: str, encoding: str) -> None:
    found = decoded(PARAGRAPHS[language].encode(encoding), encoding)
    assert found.text == PARAGRAPHS[language] and not found.notes("mill.txt")


@pytest.mark.parametrize(
    ("language", "encoding", "label"),
    [
        *(("russian", "cp1251", label) for label in ("utf-8", "iso-8859-1", "windows-1252")),
        *(("polish", "cp1250", label) for label in ("utf-8", "iso-8859-1")),
        ("turkish", "cp1254", "iso-8859-1"),
        ("chinese", "gb18030", "iso-8859-1"),
        ("japanese", "cp932", "euc-jp"),
        ("english", "mac_roman", "iso-8859-1"),
    ],
)
def test_a_wrong_label_is_told(language: str, encoding: str, label: str) -> None:
    """Programs that know nothing of encodings write iso-8859-1; its mojibake looks like text."""
    found = decoded(PARAGRAPHS[language].encode(encoding), label)
    assert found.text == PARAGRAPHS[language]
    assert f"is not in {label}, as it says" in found.doubt


def test_a_text_in_no_known_encoding_is_a_problem_not_a_note() -> None:
    """As large machines of IBM write it: nothing of it may be stored without a word."""
    found = decoded(PARAGRAPHS["english"].encode("cp1140", "ignore"))
    assert not found.legible and "cannot be told" in found.doubt
    [failure] = found.notes("mill.txt")
    assert not failure.note


def test_bytes_that_mean_nothing_in_the_stated_encoding_are_counted() -> None:
    found = decoded(PARAGRAPHS["russian"].encode("cp1251") + b" \x98", "windows-1251")
    assert found.text == PARAGRAPHS["russian"] + " \ufffd"
    assert found.doubt == "1 of its characters could not be read in windows-1251, as it says it is"


# --- where pages say it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b'<meta charset="windows-1251">', "windows-1251"),
        (b"<META CHARSET = koi8-r >", "koi8-r"),
        (b'<meta content="text/html; charset=big5" http-equiv="Content-Type">', "big5"),
        (b"<meta http-equiv='content-type' content='text/html;charset=x-sjis'/>", "x-sjis"),
        (b"<head>" + b"<!-- x -->" * 9_000 + b'<meta charset="gb2312">', "gb2312"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?><html/>', "iso-8859-2"),
        (b"<?xml version='1.0' encoding='euc-jp'?><meta charset=shift_jis>", "shift_jis"),
        (b'<meta charset="utf-16">', "utf-8"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=cp1250>", "cp1250"),
        (b"<script>'<meta charset=koi8-r>'</SCRIPT ><meta charset=cp1250>", "cp1250"),
        (b'<meta name="description" content="on charset=koi8-r"><p>', None),
        (b"<p>charset=koi8-r</p>", None),
        (b"<!-- <meta charset=koi8-r>", None),
        (b"", None),
    ],
)
def test_the_encoding_that_a_page_states(page: bytes, said: str | None) -> None:
    assert stated_encoding(page) == said


def test_looking_for_it_takes_no_longer_than_reading() -> None:
    """In a page made to be slow the square of its length would take hours."""
    for trap in (b"<!--", b"<script", b"<meta ", b"<meta a=b ", b"<?xml "):
        assert stated_encoding(trap * 200_000) is None


# --- whole files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "csv", "jsonl", "epub"])
def test_every_format_tells_of_a_guess(tmp_path: Path, suffix: str) -> None:
    text = PARAGRAPHS["russian"]
    contents = {
        "html": f"<html><body><p>{text}</p></body></html>".encode("cp1251"),
        "csv": f'title,text\nx,"{text}"\n'.encode("cp1251"),
        "jsonl": json.dumps({"text": text}, ensure_ascii=False).encode("cp1251"),
        "epub": formats.epub(
            {"1.xhtml": f"<html><body><p>{text}</p></body></html>".encode("cp1251")}
        ),
    }
    path = tmp_path / f"mill.{suffix}"
    path.write_bytes(contents.get(suffix, text.encode("cp1251")))
    article, note = read(path, article_id=path.name)
    assert isinstance(article, Article) and text in article.text
    assert isinstance(note, Failure) and note.note
    assert note.where.startswith(str(path)) and "windows-1251" in note.reason


def test_menus_in_english_do_not_hide_the_language_of_a_page(tmp_path: Path) -> None:
    menu = "".join(
        f'<a class="navigation-item-link" href="/section/{n}.html">Section {n}</a>'
        for n in range(80)
    )
    page = f"<html><body><div>{menu}</div><article><p>{PARAGRAPHS['polish']}</p></article></html>"
    path = tmp_path / "mill.html"
    path.write_bytes(page.encode("iso8859_2"))
    article, _ = read(path, article_id=path.name)
    assert isinstance(article, Article) and PARAGRAPHS["polish"] in article.text


def test_a_chapter_is_read_in_the_encoding_of_its_declaration(tmp_path: Path) -> None:
    text = PARAGRAPHS["czech"]
    chapter = f'<?xml version="1.0" encoding="iso-8859-2"?><html><body><p>{text}</p></body></html>'
    path = tmp_path / "book.epub"
    path.write_bytes(formats.epub({"1.xhtml": chapter.encode("iso8859_2")}))
    [article] = read(path, article_id=path.name)
    assert isinstance(article, Article) and article.text == text
