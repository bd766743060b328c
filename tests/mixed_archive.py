"""A mixed archive with the truth about it: good articles in every format, and broken files.

The texts are paragraphs of `corpus/`, recombined by a seed, under the headlines, writers and days
that the seed draws. Every broken file is of a kind that people's archives have, or that was made to
do harm; `BROKEN` lists them all.
"""

from __future__ import annotations

import csv
import io
import json
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import formats
from formats import Told

from assistant.reading import find_sources, read
from assistant.types import Article

CORPUS = Path(__file__).parent.parent / "corpus"
# The settings that such an archive is read with: low, so that what is too large is still small.
LIMITS = {"max_file_bytes": 1_000_000, "max_unpacked_bytes": 20_000_000, "max_pages": 50}
WRITERS = ("Maud Ellery", "Finn Abara", "Ana Brook", "Tarik Osmond", "Élodie Küng", "Li Wei Sato")
OUTLETS = ("Kelderby Gazette", "Thornvale Courier", "Harbour Post")
# Format -> how many of a hundred articles are in it, and how many one file holds.
SHARES = {
    **{"txt": (14, 1), "md": (12, 1), "html": (18, 1), "pdf": (9, 1), "docx": (9, 1)},
    **{"epub": (6, 3), "jsonl": (10, 10), "csv": (8, 10), "eml": (6, 1), "zip": (4, 5)},
    "tar.gz": (4, 5),
}


@dataclass(frozen=True)
class Good:
    """An article that must be in: what its reader must find. `format` names its file's."""

    told: Told
    format: str


@dataclass(frozen=True)
class Broken:
    """What must be named in the report: `where` is in the name that the report gives it."""

    where: str
    kind: str


@dataclass
class Archive:
    """good: by the id that the article gets."""

    folder: Path
    good: dict[str, Good] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def build(folder: Path, articles: int, seed: int) -> Archive:
    """Write an archive of about `articles` articles and files, a tenth of them broken."""
    chance = random.Random(seed)
    archive = Archive(folder)
    stories = invented(chance)
    for kind, (share, together) in SHARES.items():
        number = max(together, articles * share * 9 // 1000)
        for first in range(0, number, together):
            batch = [next(stories) for _ in range(min(together, number - first))]
            _write_good(archive, kind, first // together, batch)
    for number in range(max(articles // 10, len(BROKEN))):
        kind = list(BROKEN)[number % len(BROKEN)]
        where = BROKEN[kind](archive, f"{number % 7}/broken-{number:04}", next(stories))
        archive.broken.append(Broken(where, kind))
    return archive


def invented(chance: random.Random) -> Iterator[Told]:
    """Articles without end: headlines and paragraphs of the corpus, drawn and put together."""
    read_before = [
        item
        for file in find_sources(CORPUS)
        for item in read(file.path, article_id=file.article_id)
        if isinstance(item, Article) and item.language == "en"
    ]
    titles = [a.title for a in read_before if _printable(a.title)]
    paragraphs = [
        " ".join(paragraph.split())
        for a in read_before
        for paragraph in a.text.split("\n\n")
        if 150 < len(paragraph) < 500 and _printable(paragraph) and paragraph[0] not in "|#*-("
    ]
    number = 0
    while True:
        number += 1
        day = date(2019, 1, 1) + timedelta(days=chance.randrange(2_500))
        yield Told(
            title=chance.choice(titles),
            author=chance.choice(WRITERS),
            day=day,
            outlet=chance.choice(OUTLETS),
            url=f"https://paper.example/{day:%Y/%m}/{number}",
            paragraphs=(
                *chance.sample(paragraphs, 2),
                f"The town clerk entered the matter in the register as number {number + 10_000}.",
            ),
        )


def _printable(text: str) -> bool:
    """Whether the fonts that every PDF reader has can show it."""
    return text == text.encode("cp1252", "ignore").decode("cp1252")


# -- good ones ----------------------------------------------------------------------------------


def _write_good(archive: Archive, kind: str, number: int, batch: list[Told]) -> None:
    name = f"{number % 7}/{kind.replace('.', '')}-{number:04}.{kind}"
    told = batch[0]
    match kind:
        case "txt":
            # Old archives are seldom all in UTF-8.
            encoding, newline = (("utf-8", "\n"), ("cp1252", "\r\n"), ("utf-16", "\n"))[number % 3]
            content = _plain(told).replace("\n", newline).encode(encoding)
        case "md":
            content = _markdown(told).encode()
        case "html":
            template = ("json-ld", "opengraph", "meta", "microdata")[number % 4]
            content = formats.page(told, template).encode()
        case "pdf":
            content = formats.pdf(told)
        case "docx":
            content = formats.docx(told)
        case "eml":
            content = formats.mail(told, as_html=number % 2 == 1)
        case _:
            content = _many(archive, kind, name, batch)
    archive.write(name, content)
    if kind in ("txt", "md", "html", "pdf", "docx", "eml"):
        archive.good[name] = Good(told, kind)


def _many(archive: Archive, kind: str, name: str, batch: list[Told]) -> bytes:
    """A file of several articles; each is noted as good."""
    keys = [f"{n}{'' if kind in ('jsonl', 'csv') else '.xhtml'}" for n in range(len(batch))]
    if kind in ("zip", "tar.gz"):
        makers = (("txt", _plain), ("md", _markdown), ("html", formats.page))
        files = {f"year/{n}.{makers[n % 3][0]}": makers[n % 3][1](t) for n, t in enumerate(batch)}
        archive.good |= {
            f"{name}!/{inner}": Good(told, kind) for inner, told in zip(files, batch, strict=True)
        }
        return formats.zipped(files) if kind == "zip" else formats.tarred(files)
    if kind == "epub":
        # One writer and one day for the book.
        told = [_of_book(t, batch[0]) for t in batch]
        archive.good |= {
            f"{name}#OEBPS/text/{key}": Good(t, kind) for key, t in zip(keys, told, strict=True)
        }
        chapters = {k: formats.chapter(t) for k, t in zip(keys, told, strict=True)}
        return formats.epub(chapters, told[0])
    archive.good |= {f"{name}#{key}": Good(t, kind) for key, t in zip(keys, batch, strict=True)}
    return _rows(kind, zip(keys, batch, strict=True)).encode()


def _of_book(told: Told, book: Told) -> Told:
    return Told(told.title, book.author, book.day, book.outlet, told.url, told.paragraphs)


def _rows(kind: str, batch: Iterator[tuple[str, Told]] | zip[tuple[str, Told]]) -> str:
    rows = [
        {
            "id": key,
            "title": told.title,
            "author": told.author,
            "date": str(told.day),
            "source": told.outlet,
            "text": "\n\n".join(told.paragraphs),
        }
        for key, told in batch
    ]
    if kind == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows)
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def _plain(told: Told) -> str:
    body = "\n\n".join(told.paragraphs)
    return f"{told.title}\n\nBy {told.author}\nPublished: {told.day:%d %B %Y}\n\n{body}\n"


def _markdown(told: Told) -> str:
    head = {"title": told.title, "author": told.author, "source": told.outlet}
    stated = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
    body = "\n\n".join(told.paragraphs)
    return f"---\n{stated}date: {told.day}\n---\n\n{body}\n"


# -- broken ones: each writes a file and returns what the report must name -----------------------

Maker = Callable[[Archive, str, Told], str]
BROKEN: dict[str, Maker] = {}


def _whole(kind: str, suffix: str, content: Callable[[Told], bytes]) -> None:
    """A file of which nothing can be had."""

    def make(archive: Archive, name: str, told: Told) -> str:
        archive.write(f"{name}.{suffix}", content(told))
        return f"{name}.{suffix}"

    BROKEN[kind] = make


def _inside(kind: str, suffix: str, content: Callable[[Told], bytes], where: str) -> None:
    """A file of many with one bad part, and a good one beside it that must be in."""

    def make(archive: Archive, name: str, told: Told) -> str:
        archive.write(f"{name}.{suffix}", content(told))
        key = {"jsonl": "#0", "csv": "#0"}.get(suffix, "!/good.txt")
        archive.good[f"{name}.{suffix}{key}"] = Good(told, f"{suffix} with a bad part")
        return f"{name}.{suffix}{where}"

    BROKEN[kind] = make


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _locked(told: Told) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(formats.pdf(told))))
    writer.encrypt("secret", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _blank_pages(number: int) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(number):
        writer.add_blank_page(200, 200)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _entity_bomb(name: str) -> str:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE {name} [<!ENTITY l0 "lol">{lol}]><{name}>&l8;</{name}>'


def _link_in_zip(told: Told) -> bytes:
    target = io.BytesIO(formats.zipped({"good.txt": _plain(told)}))
    with zipfile.ZipFile(target, "a") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return target.getvalue()


def _encrypted_member(told: Told) -> bytes:
    """The second member claims to be encrypted, in both of the places where a zip says so."""
    data = bytearray(formats.zipped({"good.txt": _plain(told), "secret.txt": "Secret."}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.rindex(mark)
        struct.pack_into("<H", data, at + offset, 1)
    return bytes(data)


def _special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def _link_out(archive: Archive, name: str, told: Told) -> str:
    outside = archive.folder.parent / "outside.txt"
    outside.write_text(_plain(told), encoding="utf-8")
    (archive.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (archive.folder / f"{name}.txt").symlink_to(outside)
    return f"{name}.txt"


def _with_bad_rows(told: Told) -> bytes:
    return (_rows("csv", zip(["0"], [told], strict=True)) + "1,No text,,,,\n").encode()


_whole("empty", "txt", lambda told: b"")
_whole("only white space", "md", lambda told: b" \n\n \n")
_whole("only front matter", "md", lambda told: b"---\ntitle: Nothing here\n---\n")
_whole("binary named .txt", "txt", lambda told: random.Random(1).randbytes(3_000))
_whole("UTF-16 without a mark", "txt", lambda told: _plain(told).encode("utf-16-le"))
_whole("larger than allowed", "txt", lambda told: b"A long line of text.\n" * 60_000)
_whole("page that scripts fill in", "html", lambda told: b"<html><script>go()</script></html>")
_whole("PDF cut in half", "pdf", lambda told: _cut(formats.pdf(told)))
_whole("PDF with a password", "pdf", _locked)
_whole("PDF of pictures", "pdf", lambda told: _blank_pages(2))
_whole("PDF of too many pages", "pdf", lambda told: _blank_pages(60))
_whole("page named .pdf", "pdf", lambda told: formats.page(told).encode())
_whole("Word file cut in half", "docx", lambda told: _cut(formats.docx(told)))
_whole("zip named .docx", "docx", lambda told: formats.zipped({"a.txt": "No Word."}))
_whole(
    "entity bomb in a Word file",
    "docx",
    lambda told: formats.zipped({"[Content_Types].xml": _entity_bomb("Types")}),
)
_whole("book cut in half", "epub", lambda told: _cut(formats.epub({"1.xhtml": "<p/>"}, told)))
_whole(
    "book with bad XML",
    "epub",
    lambda told: formats.zipped({"META-INF/container.xml": "<container><rootfile"}),
)
_whole(
    "entity bomb in a book",
    "epub",
    lambda told: formats.zipped({"META-INF/container.xml": _entity_bomb("container")}),
)
_whole("table without a text column", "csv", lambda told: b"name,price\nEggs,3\n")
_whole("mail of an attachment only", "eml", lambda told: formats.mail(told).split(b"\n\n")[0][:0])
_whole("zip cut in half", "zip", lambda told: _cut(formats.zipped({"a.txt": _plain(told)})))
_whole("zip bomb", "zip", lambda told: formats.zipped({"a.txt": b"\0" * 30_000_000}))
_whole("tar bomb", "tar.gz", lambda told: formats.tarred({"a.dat": b"\0" * 30_000_000}))
_whole("tar cut in half", "tar.gz", lambda told: _cut(formats.tarred({"a.txt": _plain(told)})))
_inside(
    "line that is no JSON",
    "jsonl",
    lambda told: (_rows("jsonl", zip(["0"], [told], strict=True)) + '{"id": 2, "te').encode(),
    ":2",
)
_inside("row without text", "csv", _with_bad_rows, ": row")
_inside(
    "name in a zip that leads out",
    "zip",
    lambda told: formats.zipped({"good.txt": _plain(told), "../../evil.txt": "Evil."}),
    "!/../../evil.txt",
)
_inside("link in a zip", "zip", _link_in_zip, "!/link.txt")
_inside("member of a zip with a password", "zip", _encrypted_member, "!/secret.txt")
_inside(
    "archive in an archive",
    "zip",
    lambda told: formats.zipped({"good.txt": _plain(told), "more.zip": formats.zipped({})}),
    "!/more.zip",
)
_inside(
    "name in a tar that leads out",
    "tar.gz",
    lambda told: formats.tarred({"good.txt": _plain(told), "/etc/evil.txt": "Evil."}),
    "!//etc/evil.txt",
)
_inside(
    "link in a tar",
    "tar.gz",
    lambda told: formats.tarred(
        {"good.txt": _plain(told)}, _special("link.txt", tarfile.SYMTYPE, "/etc/passwd")
    ),
    "!/link.txt",
)
_inside(
    "device in a tar",
    "tar.gz",
    lambda told: formats.tarred({"good.txt": _plain(told)}, _special("d.txt", tarfile.CHRTYPE)),
    "!/d.txt",
)
BROKEN["link that leads out of the folder"] = _link_out
