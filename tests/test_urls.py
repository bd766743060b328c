"""Pages, feeds and sitemaps, from a real server on this machine; and addresses that are refused."""

from __future__ import annotations

import gzip
import ipaddress
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import formats
import pytest
import tiny
from formats import Told

from assistant.errors import ReadingError
from assistant.fetching import Address, Fetcher, anywhere, is_public
from assistant.index import Index
from assistant.ingest import remove
from assistant.ingest_urls import ingest_urls
from assistant.reading import Options
from assistant.reading.feeds import listing
from assistant.store import Store
from assistant.types import IngestReport, Validators

pytest.importorskip("trafilatura")

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A server; `pages` maps a path to a body, or to a function that answers."""

    pages: dict[str, str | bytes | Answer] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    url: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.agents.add(self.headers["User-Agent"])
            page = site.pages.get(self.path)
            if callable(page):
                page(self)
                return
            body = page.encode() if isinstance(page, str) else page or b""
            etag = f'"{hash(body)}"'
            status = 404 if page is None else 200
            if page is not None and self.headers["If-None-Match"] == etag:
                status, body = 304, b""
            site.asked.append((self.path, status))
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", site.types.get(self.path, "text/html; charset=utf-8"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def take_in(
    store: Store, *urls: str, options: Options | None = None, fetcher: Fetcher | None = None
) -> IngestReport:
    return ingest_urls(
        urls,
        store,
        Index(store),
        fetcher=fetcher or Fetcher(may_connect=anywhere, timeout=5),
        split=tiny.split,
        embed=tiny.embed,
        options=options or Options(),
    )


def page(number: int) -> str:
    return formats.page(
        Told(title=f"Flood number {number}", url="", paragraphs=(f"Flood {number} came. " * 20,)),
        "opengraph",
    )


def rss(*links: str) -> str:
    items = "".join(f"<item><title>T</title><link>{link}</link></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><link>/</link>{items}</channel></rss>'


def test_a_page_is_an_article_with_its_url_as_id_and_costs_one_304_the_next_time(
    site: Site, store: Store
) -> None:
    site.pages["/1"] = page(1)
    url = f"{site.url}/1"
    assert take_in(store, url).added == 1
    found = store.article(url)
    assert found and (found.title, found.url) == ("Flood number 1", url)
    report = take_in(store, url)
    assert (report.unchanged, report.added, report.failures) == (1, 0, ())
    assert site.asked == [("/1", 200), ("/1", 304)]
    assert all(agent.startswith("article-assistant/") for agent in site.agents)
    site.pages["/1"] = page(2)
    assert take_in(store, url).changed == 1
    remove(url, store, Index(store))
    assert take_in(store, url).added == 1, "what was removed by hand is asked for whole"


@pytest.mark.parametrize(
    ("charset", "encoding", "text"),
    [
        ("iso-8859-1", "cp1252", "The council’s “biggest job” costs €4.2 million – at least."),
        ("x-sjis", "cp932", "市は古い橋を半年間閉鎖する。修理に四億円かかると市長は述べた。"),
        ("GB2312", "gb18030", "朱镕基说，市政府将关闭老桥半年，维修将花费四百万元。"),
        ("iso-8859-1", "utf-8", "The council’s “biggest job” costs €4.2 million – at least."),
        ("iso-8859-1", "cp1251", "Староста сказал, что ремонт обойдётся в двести тысяч рублей."),
        ("nonsense", "utf-8", "The council’s “biggest job” costs €4.2 million – at least."),
    ],
)
def test_the_charset_of_a_server_means_what_it_means_to_browsers(
    site: Site, store: Store, charset: str, encoding: str, text: str
) -> None:
    text += " It ends."
    page = f"<html><head><title>Wall</title></head><body><article><p>{text}</p></article></body>"
    site.pages["/1"] = page.encode(encoding)
    site.types["/1"] = f"text/html; charset={charset}"
    take_in(store, f"{site.url}/1")
    found = store.article(f"{site.url}/1")
    assert found and found.text == text


def test_a_feed_gives_its_pages_and_forgets_none(site: Site, store: Store) -> None:
    site.pages |= {f"/{n}": page(n) for n in range(4)}
    site.pages["/feed"] = rss("/0", f"{site.url}/1", "/gone", "/0", "file:///etc/passwd")
    report = take_in(store, f"{site.url}/feed")
    assert report.added == 2
    assert [f.where for f in report.failures] == [f"{site.url}/feed", f"{site.url}/gone"]
    assert "1 of its entries" in report.failures[0].reason, "the one that names a file"
    site.pages["/feed"] = rss("/2", "/3")
    report = take_in(store, f"{site.url}/feed")
    assert (report.added, report.removed, store.count()) == (2, 0, 4)


def test_atom_and_sitemaps_of_sitemaps(site: Site, store: Store) -> None:
    site.pages |= {f"/{n}": page(n) for n in range(3)}
    site.pages["/atom"] = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/self" rel="self"/><entry>'
        '<link rel="edit" href="/e"/><link href="/0"/></entry></feed>'
    )
    site.pages["/map"] = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>/map</loc></sitemap><sitemap><loc>/part</loc></sitemap></sitemapindex>"
    )
    site.pages["/part"] = "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>"
    report = take_in(store, f"{site.url}/atom", f"{site.url}/map")
    assert (report.added, report.failures) == (3, ())


def test_a_feed_that_never_ends_is_cut_where_the_setting_says(site: Site, store: Store) -> None:
    site.pages |= {f"/{n}": page(n) for n in range(9)}
    site.pages["/feed"] = rss(*(f"/{n}" for n in range(9)))
    report = take_in(store, f"{site.url}/feed", options=Options(max_pages=3))
    assert report.added == 3
    assert "max_pages" in report.failures[0].hint
    turns = 0

    def endless(request: BaseHTTPRequestHandler) -> None:
        nonlocal turns
        turns += 1
        body = (
            f"<sitemapindex><sitemap><loc>/next{turns}</loc></sitemap>"
            f"<sitemap><loc>/more{turns}</loc></sitemap></sitemapindex>"
        ).encode()
        for kind in ("next", "more"):
            site.pages[f"/{kind}{turns}"] = endless
        request.send_response(200)
        request.end_headers()
        request.wfile.write(body)

    site.pages["/endless"] = endless
    take_in(store, f"{site.url}/endless", options=Options(max_pages=20))
    assert turns <= 21


ITEM = (
    "<item><title>{title}</title><link>/{n}</link><description>{told}</description>"
    "<pubDate>Wed, 12 Jun 2024 23:30:00 -0500</pubDate>"
    "<author>ada@gazette.example (Ada Quill)</author></item>"
)
DECLARED = '<?xml version="1.0" encoding="utf-8"?>'


def feed(title: str = "A", told: str = "b", before: str = DECLARED) -> bytes:
    items = ITEM.format(n=0, title=title, told=told) + ITEM.format(n=1, title="B", told="")
    text = f'{before}<rss version="2.0"><channel>{items}</channel></rss>'
    return text.encode("utf-8", "surrogateescape")


def bare(number: int) -> str:
    """A page that says neither day nor writer."""
    told = f"<p>{f'Flood {number} came in the night. ' * 9}</p>"
    return f"<html><head><title>{number}</title></head><body><h1>{number}</h1>{told}</body></html>"


@pytest.mark.parametrize(
    "content",
    [
        feed(told="A&nbsp;story &eacute; &unknown; &amp; more"),
        feed(title="Fish & chips"),
        feed(told="<![CDATA[<p>Fish & chips]]>"),
        feed(told="<p>One<br>two</p>"),
        feed(title="Caf\udce9"),
        feed(told="a\x0bb\x00c"),
        feed(before=f"\n\n{DECLARED}"),
        feed(before=f"<!-- {'x' * 3_000} --><?xml-stylesheet href='a'?>"),
        feed().decode().replace("utf-8", "utf-16").encode("utf-16"),
        feed("Café").decode().replace("utf-8", "iso-8859-1").encode("latin-1"),
        gzip.compress(feed()),
        feed()[:-30],
    ],
)
def test_a_feed_that_is_not_well_formed_gives_its_pages_with_their_days(
    site: Site, store: Store, content: bytes
) -> None:
    """The day is that of the place where it was written, not of Greenwich."""
    site.pages |= {"/0": bare(0), "/1": bare(1), "/feed": content}
    report = take_in(store, f"{site.url}/feed")
    assert (report.added, report.failures) == (2, ())
    found = [store.article(f"{site.url}/{n}") for n in range(2)]
    assert [(a.published, a.author) for a in found if a] == [(date(2024, 6, 12), "Ada Quill")] * 2


def test_what_the_page_says_counts_more_than_the_feed(site: Site, store: Store) -> None:
    site.pages |= {"/0": formats.page(Told(day=date(2024, 6, 10))), "/1": bare(1), "/feed": feed()}
    take_in(store, f"{site.url}/feed")
    found = store.article(f"{site.url}/0")
    assert found and (found.published, found.author) == (date(2024, 6, 10), "Maud Ellery")


def test_the_text_of_the_feed_is_taken_where_the_page_is_refused_or_shows_less(
    site: Site, store: Store
) -> None:
    whole = "<p>The river rose by two metres, the council said.</p>" * 20
    encoded = f"<c:encoded xmlns:c='http://c.example/'><![CDATA[{whole}]]></c:encoded>"
    items = "".join(
        f"<item><title>{n}</title><link>/{n}</link>{encoded}</item>" for n in ("gone", "start")
    )
    items += "<item><guid isPermaLink='false'>n7</guid><description>All.</description></item>"
    site.pages |= {
        "/start": bare(1),
        "/feed": f"<rss><channel>{items}<item><title>x</title></item></channel></rss>",
    }
    report = take_in(store, f"{site.url}/feed")
    assert report.added == 3
    for name in ("gone", "start"):
        found = store.article(f"{site.url}/{name}")
        assert found and found.text.count("two metres") == 20
    alone = store.article(f"{site.url}/feed#n7")
    assert alone and (alone.text, alone.url) == ("All.", None)
    [failure] = report.failures
    assert failure.reason.startswith("a feed, but 1 of its entries have neither")


def test_entries_with_a_guid_alone_and_a_json_feed(site: Site, store: Store) -> None:
    site.pages |= {f"/{n}": bare(n) for n in range(3)}
    site.pages["/feed"] = f"<rss><channel><item><guid>{site.url}/0</guid></item></channel></rss>"
    site.pages["/feed.json"] = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [
                {"url": "/1", "date_published": "2024-06-12", "authors": [{"name": "Ada Quill"}]},
                {"id": "9", "title": "Short", "content_text": "The ferry is <late>."},
            ],
        }
    )
    report = take_in(store, f"{site.url}/feed", f"{site.url}/feed.json")
    assert (report.added, report.failures) == (3, ())
    told = store.article(f"{site.url}/1")
    assert told and (told.published, told.author) == (date(2024, 6, 12), "Ada Quill")
    short = store.article(f"{site.url}/feed.json#9")
    assert short and short.text == "The ferry is <late>."


def test_an_update_is_no_day_of_publication_in_atom_and_sitemaps(site: Site, store: Store) -> None:
    site.pages |= {f"/{n}": bare(n) for n in range(3)}
    site.pages["/atom"] = (
        '<feed xml:base="/sub/"><entry><link href="../0"/><updated>2025-03-01</updated></entry>'
        '<entry><link href="../1"/><published>2024-06-12</published></entry></feed>'
    )
    site.pages["/map.xml.gz"] = gzip.compress(
        b"<urlset><url><loc>/2?a=1&b=2</loc><lastmod>2025-03-01</lastmod></url></urlset>"
    )
    site.pages["/2?a=1&b=2"] = bare(2)
    report = take_in(store, f"{site.url}/atom", f"{site.url}/map.xml.gz")
    assert (report.added, report.failures) == (3, ())
    days = [store.article(f"{site.url}/{n}") for n in ("0", "1", "2?a=1&b=2")]
    assert [a.published for a in days if a] == [None, date(2024, 6, 12), None]


def test_a_damaged_or_endless_gz_and_an_empty_feed_are_named(site: Site, store: Store) -> None:
    site.pages |= {
        "/cut.gz": gzip.compress(feed())[:40],
        "/large.gz": gzip.compress(b"<urlset>" + b" " * 3_000_000),
        "/empty": "<rss><channel></channel></rss>",
    }
    urls = [f"{site.url}/{name}" for name in ("cut.gz", "large.gz", "empty")]
    report = take_in(store, *urls, options=Options(max_file_bytes=1_000_000))
    assert [f.where for f in report.failures] == urls
    assert "max_file_bytes" in report.failures[1].reason


def test_a_page_that_sends_on_is_followed_and_one_that_loads_itself_anew_is_not(
    site: Site, store: Store
) -> None:
    def refresh(content: str, around: str = "{}") -> str:
        tag = f"<meta content='{content}' http-equiv=Refresh>"
        return f"<html><head>{around.format(tag)}</head><body><p>It has moved.</p></body></html>"

    site.pages |= {
        "/moved": refresh("0; URL=/twice"),
        "/twice": refresh('2;url="/there"'),
        "/there": bare(1),
        "/slow": refresh("300; url=/there"),
        "/noscript": refresh("0; url=/there", "<noscript>{}</noscript>"),
        "/self": refresh("0; url=/self"),
    }
    for name, said in (
        ("moved", "Flood 1"),
        *((name, "It has moved.") for name in ("slow", "noscript", "self")),
    ):
        assert take_in(store, f"{site.url}/{name}").added == 1
        found = store.article(f"{site.url}/{name}")
        assert found and said in found.text


def test_pages_of_no_type_are_looked_at(site: Site, store: Store) -> None:
    site.pages |= {"/page": bare(1), "/text": "The ferry\n\nIt has a second boat.", "/b": b"\x89\0"}
    site.types |= {"/page": "", "/text": "", "/b": "", "/xml": "application/xml"}
    site.pages["/xml"] = f'<?xml version="1.0"?>{bare(2)}'
    report = take_in(store, *(f"{site.url}/{name}" for name in ("page", "text", "xml", "b")))
    assert report.added == 3
    assert [f.reason for f in report.failures] == ["of a type that is not read: not stated"]


def test_entities_in_a_feed_are_refused() -> None:
    item = b"<rss><channel><item><link>&a;</link></item></channel></rss>"
    evil = b'<!DOCTYPE rss [<!ENTITY a "x">]>' + item
    with pytest.raises(ValueError, match="Entit"):
        listing(evil, "http://x.example")


def test_other_types_are_read_by_their_readers_and_unknown_ones_named(
    site: Site, store: Store
) -> None:
    site.pages |= {
        "/a": "The ferry\n\nIt has a second boat.",
        "/b": b"\x89PNG",
        "/c": "Zürich. " * 9,
    }
    site.types |= {"/a": "text/plain", "/b": "image/png", "/c": "text/plain; charset=latin-1"}
    site.pages["/c"] = ("Zürich is a town. " * 9).encode("latin-1")
    report = take_in(store, *(f"{site.url}/{name}" for name in "abc"))
    assert report.added == 2 and "image/png" in report.failures[0].reason
    found = store.article(f"{site.url}/c")
    assert found and "Zürich" in found.text


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::"),
        *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_by_default_no_request_reaches_this_machine_however_it_is_spelled(
    site: Site, store: Store
) -> None:
    site.pages["/"] = page(1)
    port = site.url.rsplit(":")[-1]
    hosts = ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]")
    report = take_in(store, *(f"http://{host}:{port}/" for host in hosts), fetcher=Fetcher())
    assert len(report.failures) == len(hosts)
    assert any("private_addresses" in f.hint for f in report.failures)
    assert site.asked == [] and site.agents == set()


def test_each_redirect_is_checked_again(site: Site) -> None:
    """The first address is allowed, the one it leads to is not."""

    def move(target: str) -> Answer:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(302)
            request.send_header("Location", target)
            request.end_headers()

        return answer

    asked: list[str] = []

    def only_the_first(address: Address) -> bool:
        asked.append(str(address))
        return str(address) == "127.0.0.1"

    port = site.url.rsplit(":")[-1]
    site.pages |= {
        "/private": move(f"http://127.0.0.2:{port}/secret"),
        "/file": move("file:///etc/passwd"),
        "/loop": move("/loop"),
        "/fine": move("/page"),
        "/page": page(1),
    }
    fetcher = Fetcher(may_connect=only_the_first, timeout=5)
    for path, reason in (("/private", "127.0.0.2"), ("/file", "only http"), ("/loop", "redirects")):
        with pytest.raises(ReadingError, match=reason):
            fetcher.fetch(site.url + path)
    assert "127.0.0.2" in asked
    assert fetcher.fetch(f"{site.url}/fine").url == f"{site.url}/page"


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "http://", "http://me:pw@x.example/", "http://[:"]
)
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(ReadingError):
        Fetcher().fetch(url)


def test_pages_that_are_too_large_packed_or_not_are_cut_off(site: Site) -> None:
    def packed(request: BaseHTTPRequestHandler) -> None:
        body = gzip.compress(b"0" * 50_000_000)
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.end_headers()
        request.wfile.write(body)

    site.pages |= {"/big": "x" * 2_000, "/packed": packed}
    fetcher = Fetcher(may_connect=anywhere, max_bytes=1_000)
    for path in ("/big", "/packed"):
        with pytest.raises(ReadingError, match="larger than 1,000") as caught:
            fetcher.fetch(site.url + path)
        assert "max_file_bytes" in caught.value.hint


def test_a_page_that_trickles_in_ends_at_the_time_limit(site: Site) -> None:
    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(100):
            try:
                request.wfile.write(b"x")
                request.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    site.pages["/slow"] = trickle
    start = time.monotonic()
    with pytest.raises(ReadingError, match="longer than") as caught:
        Fetcher(may_connect=anywhere, timeout=0.5).fetch(f"{site.url}/slow")
    assert time.monotonic() - start < 5
    assert "fetch_timeout" in caught.value.hint


def test_validators_are_sent_only_for_a_page_that_is_known(site: Site) -> None:
    site.pages["/1"] = page(1)
    fetcher = Fetcher(may_connect=anywhere)
    first = fetcher.fetch(f"{site.url}/1")
    assert first.data and first.validators.etag
    again = fetcher.fetch(f"{site.url}/1", first.validators)
    assert again.data is None and again.validators == first.validators
    assert fetcher.fetch(f"{site.url}/1", Validators(etag='"older"')).data == first.data


def test_a_store_of_the_first_format_is_brought_up_to_date(tmp_path: Path) -> None:
    import sqlite3

    store = Store(tmp_path)
    tiny.put(store, tiny.article("a", "One stands."))
    store.close()
    with sqlite3.connect(tmp_path / "articles.sqlite3") as db:
        db.execute("DROP TABLE pages")
        db.execute("PRAGMA user_version = 1")
    db.close()
    again = Store(tmp_path)
    assert again.page_validators("http://x.example") == Validators()
    assert again.article("a")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        *(("cp1251", "windows-1251"), ("koi8-r", "KOI8-R"), ("cp1251", "utf-8")),
        *(("utf-8", "windows-1251"), ("utf-8", "utf-16"), ("utf-8-sig", "utf-8")),
        *(("utf-16", "utf-16"), ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16")),
    ],
)
def test_a_feed_is_read_in_its_encoding_even_where_it_states_another(
    encoding: str, declared: str
) -> None:
    title = "Староста закрыл старый мост на полгода"
    feed = (
        f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item>'
        f"<title>{title}</title><link>http://paper.example/1</link></item></channel></rss>"
    )
    found = listing(feed.encode(encoding), "http://paper.example/feed")
    assert found and [entry.title for entry in found.entries] == [title]
