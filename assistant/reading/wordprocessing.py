"""The text of WordprocessingML, the XML inside a .docx: all that a reader of the document sees.

Everything is text unless it is known not to be. That way round nothing is lost in elements that
nobody thought of: content controls, smart tags, fields, text boxes and insertions not yet accepted
are wrapped around text in dozens of ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from assistant.reading.superscripts import in_line
from assistant.reading.text import one_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What stands in the XML and not on the page: deletions not yet accepted, the code of fields, the
# pronunciation set above a word, the second of two drawings for older programs.
_UNSEEN = frozenset("del moveFrom delText delInstrText instrText fldData rt Fallback".split())
# What is on the page and is no text here: kind of thing -> what a person calls it.
_NOT_READ = {
    "chart": "a chart",
    "relIds": "a diagram",
    "OLEObject": "an embedded object",
    "altChunk": "an embedded document",
    "subDoc": "a part that is a file of its own",
}
# Parts of a formula that are written with a sign between them where all stands in one line.
_SIGNS = {"sup": "^", "den": "/"}
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# The Symbol font, which has characters of its own from 0xA0 on and Greek among the letters.
_GREEK = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
_SYMBOLS = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…"
# Cells this long are not those of a table but the columns of a page.
_LONGEST_CELL = 300
_LONGEST_MARK = 20


_Piece = tuple[str, bool]  # text, and whether it is raised


class Style(NamedTuple):
    """A named style, as far as it bears on the text: what it is called and how it is set."""

    name: str = ""
    raised: bool = False
    hidden: bool = False


@dataclass
class Document:
    """A document while it is read.

    styles: by their ids. notes: the elements of footnotes and endnotes, by kind and id.
    not_read: what was met that holds no text of its own, as `left_out` says it.
    """

    styles: Mapping[str, Style]
    notes: Mapping[tuple[str, str], Element] = field(default_factory=dict)
    not_read: list[str] = field(default_factory=list)
    _noted: dict[tuple[str, str], Element] = field(default_factory=dict)
    _boxes: list[Element] = field(default_factory=list)

    def text(self, body: Element) -> str:
        """Paragraphs and tables in order, a row a line; text boxes after the paragraph that they
        are tied to, notes at the end."""
        blocks = list(self._blocks(body))
        told = 0
        while told < len(self._noted):  # a note may have notes, also itself
            notes = list(self._noted.values())[told:]
            told += len(notes)
            blocks += [block for note in notes for block in self._blocks(note)]
        return "\n\n".join(blocks)

    def _blocks(self, container: Element) -> Iterator[str]:
        """The text of each paragraph, and each row of a table, in an element that holds such."""
        pieces: list[_Piece] = []
        for block in _opened(container, "p", "tbl"):
            if local(block) == "tbl":
                for row in _opened(block, "tr"):
                    yield from self._row(row)
                continue
            is_paragraph = local(block) == "p"
            if is_paragraph:
                self._pieces(block, pieces, self._style_of_paragraph(block))
            else:
                yield from self._alone(block)
            boxes, self._boxes = self._boxes, []
            if is_paragraph and not _end_deleted(block):
                if text := _joined(pieces):
                    yield text
                pieces = []
            for box in boxes:
                yield from self._blocks(box)
        if text := _joined(pieces):
            yield text

    def _alone(self, element: Element) -> Iterator[str]:
        """The text of what stands among the paragraphs and is none, such as a formula."""
        pieces: list[_Piece] = []
        self._pieces([element], pieces, Style())
        if text := _joined(pieces):
            yield text

    def _row(self, row: Element) -> Iterator[str]:
        if _has(row, "trPr", "del"):
            return
        cells = [
            list(self._blocks(cell))
            for cell in _opened(row, "tc")
            if not _has(cell, "tcPr", "cellDel")
        ]
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 or any(sum(map(len, cell)) > _LONGEST_CELL for cell in filled):
            for cell in filled:
                yield from cell
        elif filled:
            yield " | ".join(one_line(" ".join(cell)) for cell in filled)

    def _pieces(self, elements: Iterable[Element], found: list[_Piece], style: Style) -> None:
        """Add the text under `elements` to `found`, piece by piece."""
        for element in elements:
            name = local(element)
            if name in _UNSEEN or name.endswith("Pr") or _is_placeholder(element):
                continue
            if name == "r":
                own = self._style_of_run(element, style)
                if not own.hidden:
                    self._pieces(element, found, own)
            elif name == "t":
                found.append((element.text or "", style.raised))
            elif name in _BREAKS:
                found.append((_BREAKS[name], style.raised))
            elif name == "sym":
                found.append((_symbol(element), style.raised))
            elif name == "textpath":
                found.append((f"\n{_value(element, 'string')}\n", False))
            elif name in ("footnoteReference", "endnoteReference"):
                key = name.removesuffix("Reference"), _value(element, "id")
                if key in self.notes:
                    self._noted[key] = self.notes[key]
            elif name == "txbxContent":
                self._boxes.append(element)
            elif name in _SIGNS:
                found.append((_SIGNS[name], False))
                self._pieces(element, found, style)
            elif name == "AlternateContent":
                self._pieces(_alternative(element), found, style)
            else:
                if name in _NOT_READ and _NOT_READ[name] not in self.not_read:
                    self.not_read.append(_NOT_READ[name])
                self._pieces(element, found, style)

    def _style_of_paragraph(self, paragraph: Element) -> Style:
        properties = _child(paragraph, "pPr")
        named = None if properties is None else _child(properties, "pStyle")
        return Style() if named is None else self.styles.get(_value(named), Style())

    def _style_of_run(self, run: Element, around: Style) -> Style:
        properties = _child(run, "rPr")
        if properties is None:
            return around
        named = _child(properties, "rStyle")
        style = around if named is None else self.styles.get(_value(named), around)
        return Style(style.name, *setting(properties, style))

    def titles(self, body: Element) -> Iterator[str]:
        """The first paragraphs that are set as a title or as a heading of the first rank."""
        for block in [block for block in _opened(body, "p", "tbl") if local(block) == "p"][:5]:
            if self._style_of_paragraph(block).name.lower() in ("title", "heading 1"):
                pieces: list[_Piece] = []
                self._pieces(block, pieces, Style())
                if title := one_line(_joined(pieces)):
                    yield title


def setting(properties: Element, inherited: Style) -> tuple[bool, bool]:
    """Whether the text of a run is raised and whether it is hidden."""
    raised, hidden = inherited.raised, inherited.hidden
    for each in properties:
        if local(each) == "vertAlign":
            raised = _value(each) == "superscript"
        elif local(each) == "vanish":
            hidden = _value(each) not in ("0", "false", "off")
    return raised, hidden


def local(element: Element) -> str:
    """The name of an element without its namespace, of which there are two for every one."""
    return str(element.tag).rpartition("}")[2]


def _value(element: Element, name: str = "val") -> str:
    return next((v for key, v in element.items() if key.rpartition("}")[2] == name), "")


def _child(element: Element, *names: str) -> Element | None:
    return next((child for child in element if local(child) in names), None)


def _has(element: Element, properties: str, name: str) -> bool:
    found = _child(element, properties)
    return found is not None and _child(found, name) is not None


def _is_placeholder(element: Element) -> bool:
    """Whether it is a field of a form that nobody filled in: "Click here to enter text."."""
    return local(element) == "sdt" and _has(element, "sdtPr", "showingPlcHdr")


def _end_deleted(paragraph: Element) -> bool:
    """Whether the end of the paragraph is deleted, so that the next one continues it."""
    properties = _child(paragraph, "pPr")
    return properties is not None and (
        _has(properties, "rPr", "del") or _has(properties, "rPr", "moveFrom")
    )


def _opened(container: Element, *wanted: str) -> list[Element]:
    """The children that are `wanted`, also where others are wrapped around them, and those others
    that hold none of them; without what is not seen."""
    found: list[Element] = []
    for child in container:
        name = local(child)
        if name in wanted:
            found.append(child)
        elif name in _UNSEEN or name.endswith("Pr") or _is_placeholder(child):
            continue
        else:
            inside = _alternative(child) if name == "AlternateContent" else child
            inner = [] if name == "txbxContent" else _opened(inside, *wanted)
            holds = any(local(each) in wanted for each in inner)
            found += inner if holds else [inside]
    return found


def _alternative(element: Element) -> Element:
    """Of the ways in which the same thing is given, the first that has text in it."""
    ways = list(element)
    told = (way for way in ways if any(local(inner) == "t" for inner in way.iter()))
    return next(told, ways[0] if ways else element)


def _symbol(element: Element) -> str:
    """The character of a symbol font; nothing for one of a font without characters we know."""
    try:
        code = int(_value(element, "char"), 16)
    except ValueError:
        return ""
    if not 0xF000 <= code <= 0xF0FF:
        return chr(code) if 0x20 <= code < 0xD800 else ""
    code -= 0xF000
    if _value(element, "font").lower() != "symbol":
        return ""
    for first, characters in ((0x41, _GREEK), (0xA0, _SYMBOLS)):
        if first <= code < first + len(characters):
            return characters[code - first]
    return chr(code) if 0x20 <= code < 0x41 else ""


def _joined(pieces: list[_Piece]) -> str:
    """The pieces of a paragraph as its text, with what is raised written for a line."""
    runs = [
        ("".join(text for text, _ in group), raised)
        for raised, group in groupby(pieces, key=lambda piece: piece[1])
    ]
    text: list[str] = []
    before = ""
    for number, (run, raised) in enumerate(runs):
        if raised and len(run.strip()) > _LONGEST_MARK:
            run = f" {run}"  # a sentence: set apart, not glued to a word
        elif raised:
            after = "".join(next_run for next_run, _ in runs[number + 1 : number + 2])
            run = in_line(run, before, after)
        text.append(run)
        before = (before + run)[-60:]
    return "".join(text).strip()
