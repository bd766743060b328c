"""An `Article` from what its format states and what its text says; what is stated comes first."""

from __future__ import annotations

from assistant.reading import metadata
from assistant.reading.dates import address_date
from assistant.reading.fields import Fields
from assistant.reading.language import guess_language
from assistant.types import Article

NOTHING_STATED = Fields()


def settled(
    article_id: str,
    title: str,
    body: str,
    clues: metadata.Clues,
    *,
    stated: Fields = NOTHING_STATED,
    file_name: str = "",
) -> Article:
    """The article with this body.

    title: with its tags, such as UPDATED, which are taken off it. file_name: may tell the date.
    """
    bare_title, tags = metadata.take_tags(title)
    published, partial = metadata.settle_date(clues, file_name)
    if not published and not partial and stated.url:
        published = address_date(stated.url)
    return Article(
        id=article_id,
        title=bare_title,
        text=body,
        author=stated.author or clues.author,
        published=stated.published or published,
        partial_date=None if stated.published else partial,
        source=stated.source or clues.source,
        url=stated.url or clues.url,
        language=stated.language or guess_language(body),
        tags=tags,
    )
