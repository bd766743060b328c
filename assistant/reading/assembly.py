"""An `Article` from its text, what its format states of it, and what the text itself says."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.reading import metadata, plain
from assistant.reading.fields import article_fields
from assistant.reading.settling import settled
from assistant.reading.text import canonical, one_line
from assistant.types import Article

_HEADLINE_WITHIN = 5  # lines


def assemble(
    article_id: str,
    text: str,
    stated: Mapping[str, object],
    *,
    file_name: str = "",
    day_first: bool | None = None,
    of_a_page: bool = False,
) -> Article | None:
    """The article, or None where `text` has nothing to read.

    stated: what the format says, under the names of `fields.article_fields`; it comes before what
        the text says. A headline that is repeated at the start of the text is taken out of it.
    day_first: what 05/06/2024 means in what is stated, where that is known.
    of_a_page: as for `metadata.clues`.
    """
    body = canonical(text)
    fields = article_fields(stated, day_first=day_first)
    headline = ""
    if fields.title is None:
        headline, body = plain.split_headline(body)
    else:
        body = _without_headline(body, fields.title)
    if not body.strip():
        return None
    return settled(
        article_id,
        fields.title or plain.headline_text(headline) or plain.first_words(body),
        body,
        metadata.clues(body, headline, of_a_page=of_a_page),
        stated=fields,
        file_name=file_name,
    )


def _without_headline(body: str, title: str) -> str:
    lines = body.split("\n")
    for number, line in enumerate(lines[:_HEADLINE_WITHIN]):
        if one_line(line).casefold() == title.casefold():
            rest = canonical("\n".join(lines[:number] + lines[number + 1 :]))
            return rest if rest.strip() else body
    return body
