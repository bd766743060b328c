"""A Word document: what a reader sees of it, and its core properties.

A .docx is a zip of XML parts that name one another by relationships. Only those that hold text are
opened, so that a picture that is missing, or a part that breaks the standard, costs nothing.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ReadingError
from assistant.reading.assembly import assemble
from assistant.reading.files import printable
from assistant.reading.options import Options
from assistant.reading.placeholders import author_told, title_told
from assistant.reading.text import one_line
from assistant.reading.unpacking import opened_zip
from assistant.reading.wordprocessing import Document, Style, local, setting
from assistant.types import Article, Failure

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What programs write as the title and the author of every document.
_LONGEST_DESCENT = 20  # of styles based on others; more is a circle


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a .docx, and a Failure that names what in it was not read.

    A row of a table is a line. Tracked changes count as accepted. Headers, footers and comments
    are not of the article. Raises ReadingError.
    """
    with opened_zip(path, options) as archive:
        largest = max((entry.file_size for entry in archive.infolist()), default=0)
        if largest > options.max_file_bytes:
            yield Failure(
                printable(path),
                f"a part of it is larger than {options.max_file_bytes:,} bytes",
                "Take out pictures or split it, or raise the setting max_file_bytes.",
            )
            return
        try:
            document, text, stated = _read(archive)
        except Exception as error:  # zipfile and the parser of XML raise many kinds on damage
            raise ReadingError(
                f"{printable(path)}: cannot be read as a Word document: {_reason(error)}",
                "Open it in a word processor and save it again, or remove it.",
            ) from None
    article = assemble(article_id, text, stated, file_name=path.name)
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text in it", "Put the article's text in, or remove it."
        )
    yield article
    if document.not_read:
        yield Failure(
            printable(path),
            f"the text was read, but not what {' and '.join(document.not_read)} in it shows",
            "If it matters to the article, write it into the text.",
        )


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError | StopIteration):
        return "it lacks the parts that make one"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if type(error).__name__ == "EntitiesForbidden":  # of defusedxml, loaded only for XML
        return "its XML defines entities, which can grow without end"
    return one_line(str(error))[:200] or type(error).__name__


def _read(archive: zipfile.ZipFile) -> tuple[Document, str, dict[str, object]]:
    """The document, its text, and what its properties say. Raises whatever damaged ones raise."""
    package = _related(archive, "")
    main = package["officeDocument"]
    related = _related(archive, main)
    body = _xml(archive, main)
    document = Document(_styles(archive, related), _notes(archive, related))
    text = document.text(body)
    properties = package.get("core-properties")
    stated = {} if properties is None else _stated(archive, properties)
    if not stated.get("title"):
        stated["title"] = next(document.titles(body), "")
    return document, text, stated


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(archive.read(name), forbid_dtd=False)
    return root


def _related(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Kind of relationship -> the first part that `part` ("" for the whole file) has so; only
    parts that are there."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    there = set(archive.namelist())
    related: dict[str, str] = {}
    for each in _xml(archive, listed) if listed in there else ():
        target = posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/")
        if target in there:
            related.setdefault(each.get("Type", "").rpartition("/")[2], target)
    return related


def _styles(archive: zipfile.ZipFile, related: Mapping[str, str]) -> dict[str, Style]:
    """The styles by their ids, each with what it takes over from the one it is based on."""
    if "styles" not in related:
        return {}
    told: dict[str, dict[str, Element]] = {}
    for element in _xml(archive, related["styles"]):
        key = next((v for k, v in element.items() if k.endswith("}styleId")), "")
        told[key] = {local(child): child for child in element}
    return {key: _style(key, told, depth=0) for key in told}


def _style(key: str, told: Mapping[str, Mapping[str, Element]], depth: int) -> Style:
    values = told.get(key)
    if values is None or depth > _LONGEST_DESCENT:
        return Style()

    def value(name: str) -> str:
        return next(iter(values[name].attrib.values()), "") if name in values else ""

    style = _style(value("basedOn"), told, depth + 1)
    raised, hidden = setting(values["rPr"], style) if "rPr" in values else style[1:]
    return Style(value("name"), raised, hidden)


def _notes(archive: zipfile.ZipFile, related: Mapping[str, str]) -> dict[tuple[str, str], Element]:
    """The footnotes and endnotes, by kind and id."""
    return {
        (kind, value): element
        for kind in ("footnote", "endnote")
        if f"{kind}s" in related
        for element in _xml(archive, related[f"{kind}s"])
        for key, value in element.items()
        if key.endswith("}id")
    }


def _stated(archive: zipfile.ZipFile, properties: str) -> dict[str, object]:
    """What the properties say. The day on which the file was made is no day of publication."""
    told = {local(element): one_line(element.text or "") for element in _xml(archive, properties)}
    title, author = told.get("title", ""), told.get("creator", "")
    return {
        "title": title_told(title),
        "author": author_told(author),
        "language": told.get("language"),
    }
