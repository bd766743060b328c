"""The encoding that a web page, or a chapter of a book, says it is in."""

from __future__ import annotations

import re

from assistant.reading.encodings import codec

_DECLARATION = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([!-~]{1,40}?)[\"']"
)
_HEAD_PART = re.compile(rb"<!--|<script\b|<style\b|<meta\b[^>]{0,2000}", re.IGNORECASE)
_ENDS = {
    b"<!--": re.compile(rb"-->"),
    b"<scr": re.compile(rb"</script", re.IGNORECASE),
    b"<sty": re.compile(rb"</style", re.IGNORECASE),
}
_ATTRIBUTE = re.compile(rb"([\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([^\s\"';]+)")


def stated_encoding(data: bytes) -> str | None:
    """The encoding that a page says it is in: in a meta tag, wherever it stands, or else in its
    XML declaration. None where it says none."""
    label = _of_meta(data) or _of_declaration(data)
    # What could be read in ASCII is no UTF-16, whatever it says of itself: so do browsers.
    return "utf-8" if label and (codec(label) or "").startswith("utf_16") else label


def _of_declaration(data: bytes) -> str | None:
    found = _DECLARATION.match(data)
    return str(found[1], "ascii") if found else None


def _of_meta(data: bytes) -> str | None:
    position = 0
    while (found := _HEAD_PART.search(data, position)) is not None:
        part = found[0].lower()
        if not part.startswith(b"<meta"):
            # What a comment or a script quotes is not the page's own.
            end = _ENDS[part[:4]].search(data, found.end())
            if end is None:
                return None
            position = end.end()
            continue
        position = found.end()
        values = {name.lower(): value.strip(b"\"' ") for name, value in _ATTRIBUTE.findall(part)}
        in_content = _CHARSET.search(values.get(b"content", b""))
        if values.get(b"charset"):
            return str(values[b"charset"], "ascii", "ignore")
        if values.get(b"http-equiv") == b"content-type" and in_content:
            return str(in_content[1], "ascii", "ignore")
    return None
