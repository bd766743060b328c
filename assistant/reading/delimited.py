"""The rows of a table in text, as people and programs really write them, and where they break.

Python's csv reads on over an error in silence: after a quote that is not closed all the rest is one
field. Here such a row is a problem of its own, and reading goes on where rows are in order again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SEP = re.compile(r'"?sep=([^\r\n])"?[\r\n]*$', re.IGNORECASE)  # Excel's first line
_ESCAPED_QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
_LOOKED_AT = 50  # lines that a row which is to be told after an error may take up


class Row(NamedTuple):
    """The fields of a row, empty for a blank one; or the problem with it, and what to do."""

    fields: list[str]
    problem: str = ""
    hint: str = ""


def table(content: str, bodies: Collection[str]) -> tuple[list[str], Iterable[Row]]:
    """The names of the columns in lower case, and the rows below, as often as one asks.

    bodies: names, one of which a column should have; they tell what is put between the fields.
    """
    lines = list(io.StringIO(content, newline=""))
    start = _first_written(lines, 0)
    stated = _SEP.match(lines[start]) if start < len(lines) else None
    if stated:
        start = _first_written(lines, start + 1)
    delimiter = stated[1] if stated else _delimiter(lines[start : start + 1], bodies)
    header, taken = _header(lines[start:], delimiter)
    rows = _Rows(lines, delimiter, len(header), start + taken)
    if '\\"' in content:
        # \" for a quote within quotes, as databases write it; whichever way breaks fewer rows.
        doubled = [_ESCAPED_QUOTE.sub(r'\1""', line) for line in lines]
        otherwise = _Rows(doubled, delimiter, len(header), start + taken)
        rows = min(
            (rows, otherwise), key=lambda way: (sum(bool(row.problem) for row in way), way.repairs)
        )
    return header, rows


def _first_written(lines: list[str], start: int) -> int:
    return next((n for n in range(start, len(lines)) if lines[n].strip()), len(lines))


def _delimiter(first: list[str], bodies: Collection[str]) -> str:
    """What stands between the fields of the first line: it makes one of them a name of a body."""

    def told(delimiter: str) -> tuple[bool, int]:
        names, _ = _header(first, delimiter)
        return any(name in bodies for name in names), "".join(first).count(delimiter)

    return max(DELIMITERS, key=told)


def _header(lines: list[str], delimiter: str) -> tuple[list[str], int]:
    """The names of the columns, and how many lines they take up."""
    reader = csv.reader(iter(lines), delimiter=delimiter, skipinitialspace=True)
    return [name.strip().lower() for name in next(reader, [])], reader.line_num


class _Rows:
    """The rows of `width` fields that begin at the line with index `first`.

    repairs: of how many rows, in the last run through them, stray quotes were taken for text.
    """

    def __init__(self, lines: list[str], delimiter: str, width: int, first: int) -> None:
        self._lines, self._delimiter, self._width = lines, delimiter, width
        self._first = self._position = first
        self.repairs = 0
        d = re.escape(delimiter)
        # Not the comma of 4,200.
        between = rf"(?:(?<!\d){d}|{d}(?!\d\d\d\b))"
        plain = rf'(?:[^\s"{d}](?:[^"{d}\r\n]|(?<=\d){d}(?=\d\d\d\b))*)?'
        quoted = r'"(?:[^"]|"")*"'
        # A line that surely is a row, or the first of one: no stray quote, no comma as in prose.
        fields = rf"(?:(?:{plain}|{quoted}){between})"
        most = max(width - 1, 0)
        self._is_row = re.compile(rf"{fields}{{{most}}}(?:{plain}|{quoted})[\r\n]*\Z")
        self._begins_row = re.compile(rf'{fields}{{0,{most}}}"(?:[^"]|"")*\Z')
        # A quote that is neither first nor last in its field, nor one of two.
        self._stray = re.compile(rf'(?<=[^"{d}\r\n])(?<!{d} )"(?=[^"{d}\r\n])')

    def __iter__(self) -> Iterator[Row]:
        self._position, self.repairs = self._first, 0
        while self._position < len(self._lines):
            reader = self._reader(self._consumed())
            while True:
                start = self._position
                try:
                    fields = next(reader, None)
                except csv.Error:
                    yield self._repaired(start) or self._broken(start)
                    break
                if fields is None:
                    return
                if self._swallows(start, fields):
                    yield self._broken(start)
                    break
                yield self._checked(fields)

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._delimiter, skipinitialspace=True, strict=True)

    def _consumed(self) -> Iterator[str]:
        while self._position < len(self._lines):
            self._position += 1
            yield self._lines[self._position - 1]

    def _checked(self, fields: list[str]) -> Row:
        if not any(field.strip() for field in fields[self._width :]):
            return Row(fields)
        sign = DELIMITERS.get(self._delimiter, self._delimiter)
        return Row(
            [],
            f"{len(fields)} fields, but only {self._width} columns: a {sign} within one of them?",
            'Put quotes around that field ("..."); the other rows were read.',
        )

    def _swallows(self, start: int, fields: list[str]) -> bool:
        """Whether a quote ran on over what were rows of their own until some other quote."""
        first = self._lines[start].replace('"', "")
        several = self._position - start > 1
        return several and len(fields) < self._width and bool(self._is_row.match(first))

    def _repaired(self, start: int) -> Row | None:
        """The row that begins at line `start`, with its stray quotes taken for text; None where
        that makes no row. Reading goes on after it."""
        ahead = self._ahead(start)
        lines = iter([self._stray.sub('""', line) for line in ahead])
        try:
            fields = next(self._reader(lines), [])
            taken = len(ahead) - len(list(lines))
        except csv.Error:
            if self._delimiter != "\t":
                return None
            # A table with tabs may know no quotes at all.
            fields, taken = self._lines[start].rstrip("\r\n").split("\t"), 1
        if len(fields) != self._width:
            return None
        self._position = start + taken
        self.repairs += 1
        return Row(fields)

    def _broken(self, start: int) -> Row:
        """The problem with the row that begins at line `start`. Reading goes on at the next line
        from which on rows are in order."""
        self._position = next(
            (n for n in range(start + 1, len(self._lines)) if self._in_order(n)), len(self._lines)
        )
        told = f"line {start + 1}"
        if self._position > start + 1:
            told = f"lines {start + 1} to {self._position}"
        hint = 'Close the quote; within a field write it twice (""). The other rows were read.'
        if self._position == len(self._lines) > start + 1:
            told += ", all that follow,"
            hint = hint.replace("The other", "The earlier")
        return Row(
            [], f"a quote that is not closed, or stands within a field: {told} cannot be read", hint
        )

    def _in_order(self, number: int) -> bool:
        """Whether a row of the right width begins at this line."""
        line = self._lines[number]
        if self._width < 2 or not (self._is_row.match(line) or self._begins_row.match(line)):
            return False
        try:
            fields = next(self._reader(iter(self._ahead(number))), [])
        except csv.Error:
            return False
        return len(fields) == self._width and bool(fields[-1].strip())

    def _ahead(self, number: int) -> list[str]:
        return self._lines[number : number + _LOOKED_AT]
