"""A web page: its article without menus and footers, and what the page states of it.

What the page says of its article is read by `page_facts`. trafilatura (Barbaresi, ACL 2021) finds
the text, and the title and the outlet where the page states none. It is not asked for day and
writer: it takes those of teasers. Only the page itself is read: nothing it names is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ReadingError
from assistant.reading import markup
from assistant.reading.around_headline import heading_of
from assistant.reading.assembly import assemble
from assistant.reading.consent import drop_consent, is_all_consent
from assistant.reading.encodings import file_text
from assistant.reading.files import printable, read_bytes
from assistant.reading.main_text import all_text, completed, with_boxes, without_menus
from assistant.reading.options import Options, needs
from assistant.reading.page_facts import page_facts
from assistant.reading.stated_encoding import stated_encoding
from assistant.types import Article, Failure

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# trafilatura takes seconds for a page of this many elements, and no news page has a tenth of it.
_MOST_ELEMENTS = 20_000
# Without any of these there is no menu, footer or advertisement to be told from the article, and
# trafilatura has taken paragraphs for one.
_LAYOUT = ("div", "section", "nav", "header", "footer", "aside", "table", "ul", "ol", "form")


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a page. Raises ReadingError where the page has no text."""
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    content = file_text(data, path, stated_encoding(data))
    root = markup.tree(content.text, path)
    article = None
    if root is not None:
        article = page_article(root, article_id, path)
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text of an article on the page",
            "A page that scripts fill in, or that first asks for consent, must be saved from a "
            "browser after that.",
        )
    yield article
    yield from content.notes(path)


def page_article(root: HtmlElement, article_id: str, path: Path) -> Article | None:
    """The article of a parsed page, or None where there is no text on it."""
    stated = page_facts(root)
    text, found = page_text(root, path)
    stated = {**{key: value for key, value in found.items() if value}, **stated}
    return assemble(
        article_id, text, stated, file_name=path.name, of_a_page=heading_of(root) is not None
    )


def page_text(root: HtmlElement, path: Path) -> tuple[str, dict[str, object]]:
    """The text of the article on a parsed page, and what is found of its origin in the page.

    What asks for consent is taken out of `root`.
    """
    text, found, asked = "", dict[str, object](), False
    if sum(1 for _ in root.iter()) <= _MOST_ELEMENTS:
        asked = drop_consent(root)
        with_boxes(root)
        text, found = _extracted(root, path)
    if not any(True for _ in root.iter(*_LAYOUT)):
        text = ""  # paragraphs and nothing around them: all of it is the article
    if not any(True for _ in root.iter("title", "h1", "h2", "meta")):
        found.pop("title", None)  # it is the first paragraph, which would then be no text
    text = without_menus(root, text)
    text = completed(root, text) if text else all_text(root)
    if not asked and not text:
        text = markup.block_text(root)
    return "" if is_all_consent(text) else text, found


def _extracted(root: HtmlElement, path: Path) -> tuple[str, dict[str, object]]:
    """The text that trafilatura takes for the article, and what it finds of its origin."""
    try:
        from trafilatura import bare_extraction
    except ImportError:
        raise needs(path, "trafilatura", "html") from None
    from copy import deepcopy

    try:
        found: Any = bare_extraction(deepcopy(root), with_metadata=True, include_comments=False)
    except Exception:  # a third party's heuristics on hostile pages: the plain text will do
        found = None
    if found is None:
        return "", {}
    return found.text or "", {
        "title": found.title,
        "source": found.sitename,
        "language": found.language,
    }
