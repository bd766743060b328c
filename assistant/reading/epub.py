"""An electronic book (EPUB 3, also 2): each chapter that has text is an article of its own."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from assistant.errors import ReadingError
from assistant.reading import markup
from assistant.reading.assembly import assemble
from assistant.reading.encodings import NotText, decoded
from assistant.reading.files import printable
from assistant.reading.options import Options
from assistant.reading.stated_encoding import stated_encoding
from assistant.reading.text import one_line
from assistant.reading.unpacking import BROKEN, broken_zip, opened_zip
from assistant.types import Article, Failure

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTAINER = "META-INF/container.xml"
_FEW_CHARACTERS = 40  # a cover or a half title has less


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The chapters in their order, each with the id ``article_id#NAME``, NAME being its file.

    Raises ReadingError for what is no EPUB, or has no chapter with text.
    """
    found = False
    with opened_zip(path, options) as archive:
        try:
            package_name = _package_name(archive)
            package = _xml(archive, package_name)
        except (*BROKEN, SyntaxError) as error:  # SyntaxError: XML that is not well-formed
            raise broken_zip(path, error) from None
        stated = _stated(package)
        for name in _chapters(package, package_name):
            where = f"{printable(path)}!/{printable(name)}"
            try:
                entry = archive.getinfo(name)
                if entry.file_size > options.max_file_bytes:
                    raise ValueError(f"larger than max_file_bytes={options.max_file_bytes:,}")
                data = archive.read(entry)
                content = decoded(data, stated_encoding(data))
            except (*BROKEN, NotText, OSError) as error:
                yield Failure(where, one_line(str(error)), "The other chapters were read.")
                continue
            article = _chapter(content.text, f"{article_id}#{name}", stated, path)
            if article is not None:
                found = True
                yield article
                yield from content.notes(where)
    if not found:
        raise ReadingError(f"{printable(path)}: no chapter has text", "Remove it.")


def _chapter(
    content: str, article_id: str, stated: Mapping[str, object], path: Path
) -> Article | None:
    root = markup.tree(content, path)
    if root is None:
        return None
    text = markup.block_text(root)
    if len(text) < _FEW_CHARACTERS:
        return None
    heading = next((h for tag in ("h1", "h2", "title") for h in root.iter(tag)), None)
    title = one_line(heading.text_content()) if heading is not None else None
    return assemble(printable(article_id), text, {**stated, "title": title})


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    """Raises KeyError for a missing entry, SyntaxError or ValueError for XML that is not sound."""
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(archive.read(name), forbid_dtd=False)
    return root


def _package_name(archive: zipfile.ZipFile) -> str:
    container = _xml(archive, _CONTAINER)
    for element in container.iter():
        if element.tag.endswith("}rootfile") and element.get("full-path"):
            return str(element.get("full-path"))
    raise ValueError("it names no package document")


def _chapters(package: Element, package_name: str) -> list[str]:
    """The archive names of the documents in the spine, in reading order, each once."""
    folder = posixpath.dirname(package_name)
    items = {
        element.get("id"): element
        for element in package.iter()
        if element.tag.endswith("}item") and "nav" not in (element.get("properties") or "").split()
    }
    names = []
    for element in package.iter():
        item = items.get(element.get("idref")) if element.tag.endswith("}itemref") else None
        if item is not None and item.get("href"):
            href = unquote(str(item.get("href")).split("#")[0])
            names.append(posixpath.normpath(posixpath.join(folder, href)))
    return list(dict.fromkeys(names))


def _stated(package: Element) -> dict[str, object]:
    """Author, publisher, date and language of the whole book; its title is not a chapter's."""
    told: dict[str, list[str]] = {}
    for element in package.iter():
        if "purl.org/dc/" in str(element.tag) and element.text:
            told.setdefault(element.tag.rsplit("}")[-1], []).append(one_line(element.text))
    return {
        "author": told.get("creator", []),
        "published": next(iter(told.get("date", [])), None),
        "source": next(iter(told.get("publisher", told.get("title", []))), None),
        "language": next(iter(told.get("language", [])), None),
    }
