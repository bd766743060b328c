"""Below a path of a reverse proxy: every link, form, redirect and cookie stays below it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from reverse_proxies import BELOW, caddy, nginx, own
from served import application, quoting, running

from assistant.access import Access
from assistant.engine import Engine
from assistant.errors import UsageError
from assistant.guards import checked_root_path, way_up

COST = "How much will the Old Mill Bridge cost?"
_LINKED = re.compile(r"(?:href|src|action|data-watch)=[\"']([^\"'#]+)")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with quoting(tmp_path_factory.mktemp("below")) as engine:
        yield engine


@pytest.fixture(scope="module")
def told(engine: Engine) -> Iterator[str]:
    """A server that knows its path from --root-path."""
    with running(application(engine, root_path=BELOW, chat=True)) as address:
        yield address


@pytest.fixture(scope="module")
def untold(engine: Engine) -> Iterator[str]:
    with running(application(engine, chat=True)) as address:
        yield address


PROXIES = ["header", "--root-path", "--root-path, path kept", "nginx", "caddy"]


@pytest.fixture(params=PROXIES)
def site(request: pytest.FixtureRequest, told: str, untold: str, tmp_path: Path) -> Iterator[str]:
    """The address below which a proxy of each kind has the server, without a slash at its end."""
    proxy: AbstractContextManager[str]
    match request.param:
        case "header":
            proxy = own(untold)
        case "--root-path":
            proxy = own(told, tells=False)
        case "--root-path, path kept":
            proxy = own(told, strips=False, tells=False)
        case "nginx":
            proxy = nginx(untold, tmp_path)
        case _:
            proxy = caddy(untold, tmp_path)
    with proxy as address:
        yield address


def linked(page: httpx.Response) -> set[str]:
    """What the page links to on its own host, in full."""
    found = {urljoin(str(page.url), unescape(link)) for link in _LINKED.findall(page.text)}
    return {link for link in found if urlsplit(link).netloc == page.url.netloc.decode()}


@pytest.mark.models
def test_whatever_is_linked_from_any_page_is_below_the_path_and_there(site: str) -> None:
    """From page to page, until there is nothing new. Gradio's own files are not all fetched."""
    start = [f"{site}/", f"{site}/docs", f"{site}/articles?q=nothing-has-this", f"{site}/login"]
    waiting, seen = [*start, f"{site}/articles/view?id=no-such"], set[str]()
    with httpx.Client(timeout=120, follow_redirects=True) as client:
        while waiting:
            address = waiting.pop()
            if address in seen or "/gradio_api/" in address or "/assets/" in address:
                continue
            seen.add(address)
            assert address.startswith(f"{site}/"), address
            page = client.get(address)
            assert page.is_success or "no-such" in address, (page.status_code, address)
            assert str(page.url).startswith(f"{site}/")
            if "text/html" in page.headers["content-type"]:
                waiting += linked(page)
    paths = {urlsplit(address).path.removeprefix(BELOW) for address in seen}
    assert paths > {"/", "/articles", "/articles/view", "/articles/add", "/web/base.css"}


@pytest.mark.models
def test_gradio_is_told_where_it_is_and_answers_there(site: str) -> None:
    page = httpx.get(f"{site}/", timeout=60)
    roots = set(re.findall(r'"root":"([^"]*)"', page.text))
    assert roots == {site}
    assert httpx.get(f"{site}/config", timeout=60).json()["root"] == site
    assert httpx.get(f"{site}/theme.css", timeout=60).is_success


@pytest.mark.models
def test_articles_are_added_removed_and_brought_back(site: str) -> None:
    with httpx.Client(base_url=site, timeout=120, follow_redirects=True) as client:
        pasted = {"title": "Owls seen", "text": "Six owls were seen in the park on Monday."}
        added = client.post("/articles/add", data=pasted)
        assert (added.status_code, added.url.path) == (200, f"{BELOW}/articles/jobs")
        watched = re.search(r'data-watch="([^"]*)"', added.text)
        assert watched
        while "Adding articles" in client.get(urljoin(str(added.url), unescape(watched[1]))).text:
            pass
        listed = client.get("/articles", params={"q": "owls"})
        (view,) = (link for link in linked(listed) if "/articles/view" in link)
        (asking,) = (link for link in linked(client.get(view)) if "/articles/remove" in link)
        form = re.search(r'action="([^"]*)"', client.get(asking).text)
        assert form
        removed = client.post(urljoin(asking, unescape(form[1])))
        assert removed.url.path == f"{BELOW}/articles/removed" and "Owls seen" in removed.text
        undo = re.search(r'action="([^"]*restore[^"]*)"', removed.text)
        assert undo
        back = client.post(urljoin(str(removed.url), unescape(undo[1])))
        assert back.url.path == f"{BELOW}/articles/view" and "Six owls" in back.text
        client.post(urljoin(asking, unescape(form[1])))


@pytest.mark.models
def test_the_api_answers_and_streams(site: str) -> None:
    asked = {"question": COST, "stream": True}
    with httpx.stream("POST", f"{site}/v1/ask", json=asked, timeout=120) as reply:
        last = [line for line in reply.iter_lines() if line.startswith("data: ")][-1]
    assert "24.9 million" in json.loads(last.removeprefix("data: "))["answer"]
    wrong = httpx.post(f"{site}/v1/chat/completions", json={"messages": []}, timeout=60)
    assert wrong.status_code == 400 and wrong.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.models
@pytest.mark.parametrize("root_path", ["", BELOW])
def test_logging_in_leads_to_the_page_that_was_wanted_with_a_cookie_for_the_path(
    engine: Engine, tmp_path: Path, root_path: str
) -> None:
    access = Access(tmp_path)
    key = access.add("mara")
    app = application(engine, access=access, root_path=root_path, chat=True)
    with running(app) as address, own(address, tells=not root_path) as site:
        client = httpx.Client(timeout=60, follow_redirects=True, headers={"Accept": "text/html"})
        wanted = f"{site}/articles/view?id=bridge.md"
        form = client.get(wanted)
        assert form.url.path == f"{BELOW}/login"
        values = {"key": key, "next": form.url.params["next"]}
        there = client.post(f"{site}/login", data=values)
        assert str(there.url) == wanted and "24.9 million" in there.text
        assert [cookie.path for cookie in client.cookies.jar] == [f"{BELOW}/"]
        out = client.post(f"{site}/logout")
        assert out.url.path == f"{BELOW}/login" and not list(client.cookies.jar)


@pytest.mark.models
@pytest.mark.parametrize(
    "said",
    ["//evil.example", "/a/../b", 'x" onload="', "/<script>", "https://evil.example", "/a b", "/ä",
     "news", "/.."],
)  # fmt: skip
def test_a_prefix_that_could_lead_elsewhere_is_not_believed(engine: Engine, said: str) -> None:
    with TestClient(application(engine), base_url="http://localhost") as client:
        headers = [(b"x-forwarded-prefix", said.encode())]
        documented = client.get("/docs", headers=headers)
    assert documented.is_success and "curl http://localhost/v1/ask" in documented.text


@pytest.mark.parametrize("given", ["news", "//evil.example", "/a b", "/a/../b", "https://x/news"])
def test_a_root_path_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="--root-path") as raised:
        checked_root_path(given)
    assert "/news" in raised.value.hint


@pytest.mark.parametrize(
    ("given", "path"), [("", ""), ("/", ""), ("/news", "/news"), ("/a/b.c/", "/a/b.c")]
)
def test_a_root_path_ends_without_a_slash(given: str, path: str) -> None:
    assert checked_root_path(given) == path


def test_the_way_up_leads_to_the_start_page() -> None:
    for path in ("/", "/articles", "/articles/view", "/a/b/c"):
        assert urljoin(f"http://x/news{path}", way_up(path)) == "http://x/news/"


@pytest.mark.models
@pytest.mark.slow
def test_in_a_browser_a_question_is_answered_and_its_source_opened(site: str, browser: Any) -> None:
    tab = browser.new_page()
    missed: list[str] = []
    tab.on("response", lambda reply: missed.append(reply.url) if reply.status >= 400 else None)
    tab.goto(f"{site}/")
    tab.get_by_label("Your question").fill(COST)
    tab.keyboard.press("Enter")
    tab.locator("#messages a[href*='articles/view']").first.click(timeout=120_000)
    tab.frame_locator("iframe[name=reader]").locator("#cited").wait_for(timeout=60_000)
    assert all(frame.url.startswith((site, "about:")) for frame in tab.frames)
    tab.get_by_role("link", name="Articles").click()
    tab.wait_for_url(f"{site}/articles")
    tab.locator("#q").fill("fair")
    tab.wait_for_url(f"{site}/articles?q=fair")
    assert not missed, missed
    tab.close()
