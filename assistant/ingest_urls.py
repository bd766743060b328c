"""Take in web pages: single ones, and all those that a feed or a sitemap names.

A page that is known and did not change costs one request that is answered with 304. Nothing is
removed here: a feed forgets its older entries, and a page that is gone for now may come back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

from assistant.errors import ReadingError
from assistant.fetching import MOST_REDIRECTS, Fetcher, Page
from assistant.index import Index
from assistant.ingest import Embed, File, Split, Work
from assistant.locks import writer
from assistant.progress import Progress, silent
from assistant.reading import FORMATS, Options, read
from assistant.reading.encodings import labelled
from assistant.reading.feeds import Entry, Listing, entry_article, listing, unpacked
from assistant.reading.files import printable
from assistant.reading.markup import refresh_target
from assistant.store import FileState, Store
from assistant.types import Article, Failure, IngestReport, Validators

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "message/rfc822": ".eml",
    "application/epub+zip": ".epub",
    "application/x-ndjson": ".jsonl",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}


# Types that say nothing, and those by which some servers send pages written as XML.
_SAY_NOTHING = (
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "text/xml",
    "application/xml",
)
_HEAD = 20_000  # bytes
_MUCH_MORE = 1.25  # as long as the page's text: the page shows only the start of it


def is_url(source: object) -> bool:
    return isinstance(source, str) and source.lower().startswith(("http://", "https://"))


def ingest_urls(
    urls: Sequence[str],
    store: Store,
    index: Index,
    *,
    fetcher: Fetcher,
    split: Split,
    embed: Embed,
    options: Options = Options(),  # noqa: B008 (it is frozen)
    progress: Progress = silent,
) -> IngestReport:
    """Take in these pages, and those that the feeds and sitemaps among them name.

    The id of an article is the URL that was asked for. Raises as `assistant.ingest.ingest` does;
    a page that cannot be had is a failure in the report and stops nothing.
    """
    with writer(store.folder):
        visit = _Visit(store, fetcher, options, Work(store, split, embed, progress))
        for url in urls:
            pages = visit.listed(url)
            for number, page in enumerate(pages):
                progress("Fetching", number, len(pages), "articles")
                visit.work.files_left = len(pages) - number - 1
                visit.page(page, root=url)
            progress("Fetching", len(pages), len(pages), "articles")
        visit.work.flush()
        index.refresh(progress)
    return visit.work.report()


class _Visit:
    """One round over the web."""

    def __init__(self, store: Store, fetcher: Fetcher, options: Options, work: Work) -> None:
        self.work = work
        self._store = store
        self._fetcher = fetcher
        self._options = options
        self._stored = {origin.path for origin in store.origins().values()}
        self._first: dict[str, Page] = {}  # fetched to see whether it is a feed

    def listed(self, url: str) -> list[Entry]:
        """The pages behind `url`: itself, or those it lists, no more than `max_pages`."""
        pages: dict[str, Entry] = {}
        waiting, seen = [url], {url}
        while waiting and len(pages) <= self._options.max_pages:
            here = waiting.pop(0)
            found = self._listing(here)
            if found is None:
                pages.setdefault(here, Entry(here))
                continue
            for entry in found.entries:
                pages.setdefault(entry.url, entry)
            further = [u for u in found.listings if u not in seen]
            seen.update(further)
            waiting += further[: self._options.max_pages - len(seen)]
        limit = self._options.max_pages
        if len(pages) > limit:
            reason = f"lists more than {limit:,} pages; the first {limit:,} were read"
            self._fail(url, reason, "To read more of them, raise the setting max_pages.")
        return list(pages.values())[:limit]

    def _listing(self, url: str) -> Listing | None:
        """What `url` lists; None for a page, which is kept for `page`."""
        try:
            fetched = self._fetch(url)
            data = fetched.data and unpacked(fetched.data, self._options.max_file_bytes)
            found = listing(data, fetched.url) if data else None
        except ReadingError as error:
            self._fail(url, error.message.removeprefix(f"{url}: "), error.hint)
            return Listing(())
        except ValueError as error:
            self._fail(url, f"a feed that cannot be read: {error}", "Tell whoever publishes it.")
            return Listing(())
        if found is None:
            self._first[url] = fetched
            return None
        if found.unusable or not (found.entries or found.listings):
            number = f"{found.unusable:,} of its entries have" if found.unusable else "it has"
            self._fail(
                url,
                f"a feed, but {number} neither an address that can be fetched nor a text",
                "Look at it in a browser.",
            )
        return found

    def _fetch(self, url: str) -> Page:
        """The page at `url`, or the one that it sends its readers to."""
        page = self._fetcher.fetch(url, self._known(url))
        seen = {url, page.url}
        while target := _sent_to(page):
            if target in seen or len(seen) > MOST_REDIRECTS:
                break
            seen.add(target)
            # Its validators are not those of `url`.
            page = replace(self._fetcher.fetch(target), validators=Validators())
        return page

    def _known(self, url: str) -> Validators:
        # An article that was removed by hand must be sent whole.
        return self._store.page_validators(url) if url in self._stored else Validators()

    def page(self, entry: Entry, *, root: str) -> None:
        """Fetch one page, and take in what is on it, or else what the feed has of it."""
        url = entry.url
        ids: list[str] = []
        failed = False
        told = entry_article(entry)
        data, validators = entry.text.encode("utf-8", "replace"), Validators()
        try:
            items: list[Article | Failure] = [] if told is None else [told]
            if entry.has_page:
                fetched = self._first.pop(url, None) or self._fetch(url)
                if fetched.data is None:
                    self.work.unchanged_path(url)
                    return
                data, validators = fetched.data, fetched.validators
                items = [_completed(i, entry, told) for i in _articles(url, fetched, self._options)]
        except ReadingError as error:
            if told is None:
                self._fail(url, error.message.removeprefix(f"{url}: "), error.hint)
                return
        for item in items:
            if isinstance(item, Failure):
                failed |= self.work.named(item)
                continue
            ids.append(item.id)
            failed |= not self.work.article(item, root, url)
        if not failed and validators != Validators():
            self.work.then(lambda: self._store.remember_page(url, validators))
        state = FileState(len(data), 0, sha256(data).hexdigest())
        self.work.file_done(root, File(Path(url), url, url, state), ids, failed=failed)

    def _fail(self, url: str, reason: str, hint: str) -> None:
        self.work.failures.append(Failure(printable(url), printable(reason), hint))


def _sent_to(page: Page) -> str | None:
    """The address that a page sends its readers to at once."""
    if not page.data or page.content_type not in ("text/html", "application/xhtml+xml", ""):
        return None
    target = refresh_target(page.data[:_HEAD].decode("latin-1"))
    return urljoin(page.url, target) if target else None


def _completed(item: Article | Failure, entry: Entry, told: Article | None) -> Article | Failure:
    """An article of a page, with what the feed says of it where the page says less."""
    if isinstance(item, Failure):
        return item
    more = told is not None and len(told.text) > _MUCH_MORE * len(item.text)
    return replace(
        item,
        text=told.text if told and more else item.text,
        author=item.author or entry.author or None,
        published=item.published or entry.published,
        partial_date=None if item.published or entry.published else item.partial_date,
    )


def _articles(url: str, page: Page, options: Options) -> Iterator[Article | Failure]:
    """The articles of a page, read by the reader of its format. Raises ReadingError."""
    assert page.data is not None
    suffix = _SUFFIXES.get(page.content_type)
    if suffix is None:
        suffix = PurePosixPath(urlsplit(page.url).path).suffix.lower()
    if suffix not in FORMATS and page.content_type in _SAY_NOTHING:
        suffix = _looks_like(page.data)
    if suffix not in FORMATS:
        raise ReadingError(
            f"{url}: of a type that is not read: {page.content_type or 'not stated'}",
            f"Types that are read: {', '.join(sorted(set(_SUFFIXES.values())))}.",
        )
    with tempfile.TemporaryDirectory(prefix="assistant-") as folder:
        copy = Path(folder, f"page{suffix}")
        copy.write_bytes(_in_utf8(page, suffix))
        try:
            for item in read(copy, article_id=url, options=options):
                if isinstance(item, Failure):
                    yield replace(item, where=item.where.replace(printable(copy), printable(url)))
                else:
                    yield replace(item, url=item.url or page.url)
        except ReadingError as error:
            message = error.message.removeprefix(f"{printable(copy)}: ")
            raise ReadingError(f"{url}: {message}", error.hint) from None


def _looks_like(data: bytes) -> str:
    """The suffix for what a page of no stated type holds: a page, as browsers see it, or text."""
    start = data[:_HEAD].lower()
    if start.startswith(b"%pdf-"):
        return ".pdf"
    if b"<html" in start or b"<!doctype html" in start:
        return ".html"
    return "" if start.lstrip().startswith((b"<", b"{")) or b"\0" in start else ".txt"


def _in_utf8(page: Page, suffix: str) -> bytes:
    """The bytes of a text in UTF-8, where the server stated another charset that fits."""
    assert page.data is not None
    text = None
    if suffix in (".html", ".txt", ".md", ".csv"):
        text = labelled(page.data, page.charset)
    return page.data if text is None else text.encode("utf-8", "replace")
