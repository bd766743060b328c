"""Addresses: of our own pages, and of the original of an article, which somebody else wrote."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from assistant.types import Citation

# White space and controls are dropped by browsers, and a backslash is read as a slash: the address
# that a person sees would not be the one that is opened.
_MISLEADING = re.compile(r"[\s\\\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Outside(NamedTuple):
    """A link that leads out of here: where to, and the host it leads to, for the reader."""

    address: str
    host: str


def outside(url: str | None) -> Outside | None:
    """A link to `url`; None where it is no plain web address.

    The host is in the form that is looked up: one in other letters that resemble a known name
    shows as "xn--...".
    """
    if not url or _MISLEADING.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # a broken port or IPv6 address, a label that no name may have
        return None
    if parts.scheme.lower() not in ("http", "https") or not re.fullmatch(r"[a-z0-9.:_-]+", host):
        return None
    return Outside(url, host)


def article_address(
    article_id: str,
    start: int | None = None,
    end: int | None = None,
    *,
    quote: str = "",
    frame: bool = False,
) -> str:
    """The page of one article, at the characters from `start` to `end` where these are given;
    relative to the start page.

    quote: what these characters are expected to say. frame: for the pane beside the chat.
    """
    values: dict[str, str] = {"id": article_id}
    if start is not None and end is not None:
        values |= {"start": str(start), "end": str(end)}
    if quote:
        values["quote"] = quote
    if frame:
        values["frame"] = "1"
    place = "#cited" if "start" in values else ""
    return f"articles/view?{urlencode(values, errors='replace')}{place}"


def citation_address(citation: Citation, *, frame: bool = False) -> str:
    """The page of the article that `citation` cites, at the cited characters; relative likewise."""
    return article_address(
        citation.article_id, citation.start, citation.end, quote=citation.quote, frame=frame
    )
