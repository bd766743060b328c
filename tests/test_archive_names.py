"""The names of files in archives, as the programs of different countries write them."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from assistant.reading import Options, read
from assistant.reading.archive_names import decoded_names
from assistant.types import Article

NAMES = {
    "utf-8": ("Straße zum Hafen.txt", "Новости.txt", "新闻报道.txt", "é.txt"),
    "cp437": ("Straße zum Hafen.txt", "Überschwemmung in Köln.txt", "résumé.txt", "£5 note.txt"),
    "cp850": ("São Paulo.txt", "Kø i København.txt", "Ísland.txt", "Übung.txt"),
    "cp852": ("Gdańsk.txt", "Żółw.txt", "Česká republika.txt"),
    "cp866": ("Новости города.txt", "Ёлка.txt", "Река поднялась/часть 1.txt"),
    "cp1251": ("Новости города.txt", "Река поднялась.txt"),
    "cp1252": ("Straße zum Hafen.txt", "café.txt", "Año nuevo.txt"),
    "gbk": ("新闻报道.txt", "大桥/费用.txt", "洪水.txt", "2024年6月12日 新闻.txt"),
    "cp932": ("ニュース記事.txt", "橋の費用.txt", "東京.txt"),
    "cp949": ("뉴스.txt", "홍수 피해.txt"),
    "big5": ("新聞報導.txt", "大橋的費用.txt"),
}


def zip_with(names: list[bytes], extra: bytes = b"") -> bytes:
    """A zip with these names, of which it says nothing: Python itself would write UTF-8."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number, name in enumerate(names):
            stand_in = zipfile.ZipInfo("\x01" * (len(name) - 1) + chr(number + 2))
            stand_in.extra = extra
            archive.writestr(stand_in, f"The text of number {number}.")
    content = target.getvalue()
    for number, name in enumerate(names):
        content = content.replace(b"\x01" * (len(name) - 1) + bytes([number + 2]), name)
    return content


def ids(folder: Path, name: str, content: bytes) -> list[str]:
    (folder / name).write_bytes(content)
    found = list(read(folder / name, article_id=name, options=Options()))
    assert all(isinstance(item, Article) for item in found), found
    return [item.id for item in found if isinstance(item, Article)]


@pytest.mark.parametrize("encoding", NAMES)
def test_names_in_a_zip_that_does_not_say_their_encoding(tmp_path: Path, encoding: str) -> None:
    """They were all read as those of DOS, so that ids were made of box drawings."""
    content = zip_with([name.encode(encoding) for name in NAMES[encoding]])
    assert ids(tmp_path, "a.zip", content) == [f"a.zip!/{name}" for name in NAMES[encoding]]


@pytest.mark.parametrize("encoding", NAMES)
def test_a_name_that_stands_alone(encoding: str) -> None:
    for name in NAMES[encoding]:
        if name == "Gdańsk.txt":
            continue  # the one letter is good Portuguese in cp850
        assert decoded_names([name.encode(encoding)]) == [name]


def test_names_of_several_encodings_in_one_zip(tmp_path: Path) -> None:
    names = ["plain.txt", "Новости города.txt", "Straße.txt"]
    raw = [n.encode(e) for n, e in zip(names, ("ascii", "utf-8", "cp437"), strict=True)]
    assert ids(tmp_path, "a.zip", zip_with(raw)) == [f"a.zip!/{name}" for name in names]


def test_the_name_that_a_zip_repeats_in_utf8_counts_if_it_is_of_this_name(tmp_path: Path) -> None:
    raw, name = b"Stra\xe1e.txt", "Straße 5.txt"
    for checksum, found in ((zlib.crc32(raw), name), (0, "Straße.txt")):
        value = b"\x01" + struct.pack("<L", checksum) + name.encode()
        extra = struct.pack("<HH", 0x7075, len(value)) + value
        assert ids(tmp_path, "a.zip", zip_with([raw], extra)) == [f"a.zip!/{found}"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "cp866", "cp1252"])
def test_names_in_a_tar(tmp_path: Path, encoding: str) -> None:
    target = io.BytesIO()
    options = {"format": tarfile.GNU_FORMAT, "encoding": encoding}
    with tarfile.open(fileobj=target, mode="w:gz", **options) as archive:  # type: ignore[call-overload]
        for name in NAMES[encoding]:
            info = tarfile.TarInfo(name)
            info.size = 9
            archive.addfile(info, io.BytesIO(b"The text."))
    assert ids(tmp_path, "a.tgz", target.getvalue()) == [f"a.tgz!/{n}" for n in NAMES[encoding]]
