"""The pages about articles, without a browser: what they say, what they keep, what they refuse."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hostile import LINKS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from web_articles import application, build, opened

from assistant import reading
from assistant.embedding import Embedder
from assistant.engine import Engine
from assistant.errors import AssistantError, Busy
from assistant.progress import Progress
from assistant.reading import find_sources
from assistant.render.addresses import article_address, outside
from assistant.types import Article, Failure, IngestReport, Span
from assistant.web.pages.browsing import _shown
from assistant.web.pages.finding import with_words
from assistant.web.pages.incoming import SUFFIXES, Text, as_markdown, keep_file, safe_name
from assistant.web.pages.jobs import Job, Jobs
from assistant.web.pages.keeping import bring_back, kept, take_out
from assistant.web.pages.paragraphs import blocks
from assistant.web.pages.reader import find_cited
from assistant.web.pages.snapshot import Snapshot

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


# -- values ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.text(alphabet="ab.# \n", max_size=120),
    st.integers(0, 120),
    st.integers(1, 60),
)
def test_what_is_marked_is_what_is_cited(text: str, start: int, length: int) -> None:
    """Every cited character that is shown is marked, no other is, and one mark is the first."""
    cited = Span(start, min(start + length, len(text)))
    pieces = [piece for block in blocks(text, cited) for piece in block.pieces]
    marked = "".join(piece.text for piece in pieces if piece.marked)
    said = re.sub(r"(?m)^#{1,6}[ \t]+(?=\S)", "", text)
    shown = "".join(piece.text for piece in pieces)
    assert "".join(shown.split()) == "".join(said.split()), "nothing of the text is lost"
    wanted = text[cited.start : cited.end] if cited.start < cited.end else ""
    # The signs of a heading are not shown, so they cannot be marked.
    assert re.sub(r"[\s#]", "", marked) == re.sub(r"[\s#]", "", wanted)
    assert sum(piece.first for piece in pieces) == bool(marked)
    assert next((p.first for p in pieces if p.marked), True)


def test_lines_that_were_broken_for_a_terminal_flow_and_a_list_keeps_its_lines() -> None:
    wrapped = "\n".join(["x" * 70, "y" * 72, "the end."])
    assert [block.kind for block in blocks(wrapped)] == ["running"]
    assert [block.kind for block in blocks("- one\n- two\n- three")] == ["lines"]
    assert len(blocks("x" * 200 + "\n" + "y" * 200)) == 2, "a long line is a paragraph"


def test_a_citation_is_found_where_it_was_or_where_its_words_are_now() -> None:
    text = "One. Two. Three."
    assert find_cited(text, "5", "9", "Two.").span == Span(5, 9)
    moved = find_cited(text, "0", "4", "Two.")
    assert (moved.span, moved.moved) == (Span(5, 9), True)
    assert find_cited(text, "", "", "Three.").span == Span(10, 16)
    for start, end, quote in (
        ("5", "99", ""), ("9", "5", ""), ("5", "5", ""), ("-1", "3", ""), ("x", "y", ""),
        ("0", "4", "Four."), ("9" * 400, "9" * 401, ""), ("5", "", ""), ("٣", "", ""),
    ):  # fmt: skip
        assert find_cited(text, start, end, quote).gone, (start, end, quote)
    assert not find_cited(text, "", "", "").gone


@settings(deadline=None)
@example("https://good.example@evil.example/")
@given(st.text(max_size=60) | st.text(max_size=30).map(lambda t: f"https://{t}"))
def test_a_link_that_leads_out_is_a_web_address_and_names_its_host(url: str) -> None:
    link = outside(url)
    if link is not None:
        assert re.match(r"https?://", url, re.IGNORECASE) and not re.search(r"[\s\\]", url)
        assert re.fullmatch(r"[a-z0-9.:_-]+", link.host)


@pytest.mark.parametrize("url", LINKS)
def test_no_link_is_made_of_an_address_that_misleads(url: str) -> None:
    assert outside(url) is None


def test_a_host_in_letters_that_resemble_others_is_shown_as_it_is_looked_up() -> None:
    link = outside("https://user:pw@gаzette.example/")  # the second letter is Cyrillic
    assert link is not None and link.host == "xn--gzette-3nf.example"


@settings(deadline=None)
@example("../../etc/passwd.txt")
@example("C:\\evil\\con.md")
@example("README.md")
@example(".hidden.txt")
@example("a" * 400 + ".tar.gz")
@example("漢" * 200 + ".md")
@given(st.text(max_size=80).map(lambda t: f"{t}.md") | st.text(max_size=80))
def test_a_safe_name_stays_in_its_folder_and_is_read_by_an_ingest(name: str) -> None:
    safe = safe_name(name)
    assert safe and not re.search(r"[/\\\x00-\x1f:*?\"<>|]", safe) and not safe.startswith(".")
    assert len(safe.encode()) < 200 and Path(safe).name == safe
    assert safe_name(safe) == safe
    if safe.lower().endswith(tuple(SUFFIXES)):
        assert reading.sources._is_article_file(Path(safe))  # type: ignore[attr-defined]


PROSE = st.text(st.sampled_from("abc: '\"-#&*!|>%@`{}[],?äß漢\u0627."), min_size=1, max_size=40)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("no", "yes", "---")
@example("- [x]", "a: b", "title: other\n---")
@given(PROSE, PROSE, PROSE)
def test_a_pasted_article_is_read_as_what_was_typed(
    tmp_path: Path, title: str, source: str, text: str
) -> None:
    """No headline or outlet can break out of the front matter, or be taken for another value."""
    title, source, text = f"Abc {title}", f"Abc {source}", f"Hello there.\n\n{text} Abc."
    name, content = as_markdown(Text(title, text, source, date(2025, 3, 4)))
    file = tmp_path / name
    file.write_bytes(content)
    (article,) = reading.read(file, article_id="x")
    assert isinstance(article, Article)
    assert article.title == " ".join(title.split()) and article.source == " ".join(source.split())
    assert article.published == date(2025, 3, 4) and article.text.startswith("Hello there.")
    assert find_sources(tmp_path), "an ingest of the folder sees it"
    file.unlink()


def test_articles_are_found_by_the_beginnings_of_words_without_accents() -> None:
    now = Snapshot(
        1,
        (
            Article("a", "Zürich Straße", "Closed until Monday."),
            Article("b", "Theatre", "The bridge of Zurich, 1,200 metres."),
            Article("c", "新桥开通", "市长周六为新桥剪彩。"),
        ),
    )
    assert set(with_words("zuri", now)) == {"a", "b"}
    assert set(with_words("ZURICH bridg", now)) == {"b"}
    assert set(with_words("the", now)) == {"b"} and set(with_words("新桥", now)) == {"c"}
    assert set(with_words("1200", now)) == set(with_words("1,200", now)) == {"b"}
    assert with_words("zurich otters", now) == {} and with_words("!!", now) == {}
    fits = with_words("zurich", now)
    assert fits["a"] > fits["b"], "a headline counts more"


def test_in_a_large_archive_only_what_is_shown_is_compared_for_copies() -> None:
    """Comparing all of it would keep whoever opens a page waiting for minutes."""
    many = tuple(Article(f"{n:04}", "t", f"word{n} said something of its own") for n in range(600))
    copied = "the council voted on the new bridge on Monday and the mayor was pleased with it"
    now = Snapshot(1, (*many, Article("x", "t", copied), Article("y", "u", copied)))
    assert now.copies_among(["x", "y", "0001"]) == {"x": ("x", "y"), "y": ("x", "y")}
    assert now.copies_among(["x", "0001"]) == {}
    first, last = _shown([*now.by_id], "1", now), _shown([*now.by_id], "99", now)
    assert (first.last, first.stories, len(first.ids)) == (13, None, 50)
    assert last.ids == ["x"] and last.copies["x"] == ("x", "y")


def test_one_job_at_a_time_and_its_errors_are_told() -> None:
    jobs = Jobs(lambda: 3)
    going, go_on = threading.Event(), threading.Event()

    def work(tell: Progress) -> IngestReport:
        tell("Embedding", 2, 5, "articles")
        going.set()
        assert go_on.wait(20)
        raise AssistantError("the disk is full", "Free some space.")

    first = jobs.start("a.md", work)
    assert going.wait(20)
    with pytest.raises(Busy, match=r"a\.md"):
        jobs.start("b.md", lambda tell: IngestReport())
    assert (first.doing, first.done, first.total) == ("Embedding", 2, 5)
    go_on.set()
    ended(first)
    assert (first.state, first.problem, first.hint) == (
        "failed", "the disk is full", "Free some space.",
    )  # fmt: skip
    assert ended(jobs.start("b.md", lambda tell: IngestReport(added=2))).report.added == 2


def ended(job: Job) -> Job:
    for thread in threading.enumerate():
        if thread.name == "adding":
            thread.join(60)
    assert job.state != "working"
    return job


# -- keeping files -----------------------------------------------------------------------------


def test_files_of_one_name_are_both_kept_unless_one_is_to_replace_the_other(tmp_path: Path) -> None:
    def keep(content: bytes, *, replace: bool = False, name: str = "a.tar.gz") -> Path | Failure:
        return keep_file(name, BytesIO(content), tmp_path, most=100, replace=replace)

    assert keep(b"one") == keep(b"one") == tmp_path / "a.tar.gz"
    assert keep(b"two") == tmp_path / "a-2.tar.gz"
    assert keep(b"three", replace=True) == tmp_path / "a.tar.gz"
    assert (tmp_path / "a.tar.gz").read_bytes() == b"three"
    for refused in (keep(b"x" * 101), keep(b"x", name="a.exe"), keep(b"x", name="tar")):
        assert isinstance(refused, Failure) and refused.reason and refused.hint
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a-2.tar.gz", "a.tar.gz"]


# -- with the real engine ----------------------------------------------------------------------

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A folder with the store and its corpus, to be copied."""
    place = tmp_path_factory.mktemp("pages")
    build(place / "store", place / "corpus", embedder)
    return place


@pytest.fixture(scope="module")
def reading_only(ready: Path, embedder: Embedder) -> Iterator[tuple[Engine, TestClient]]:
    engine = opened(ready / "store", embedder)
    yield engine, TestClient(application(engine))
    engine.close()


@pytest.fixture
def engine(ready: Path, tmp_path: Path, embedder: Embedder) -> Iterator[Engine]:
    shutil.copytree(ready / "store", tmp_path / "store")
    opened_here = opened(tmp_path / "store", embedder, max_file_bytes=5_000)
    yield opened_here
    opened_here.close()


@pytest.fixture
def client(engine: Engine) -> TestClient:
    return TestClient(application(engine))


def words_of(html: str) -> str:
    """The text of a page in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def test_an_article_shows_the_cited_characters_and_who_wrote_it(
    reading_only: tuple[Engine, TestClient],
) -> None:
    engine, client = reading_only
    article = engine.article("bridge.md")
    assert article is not None
    start = article.text.index("It is to open")
    end = article.text.index(" the mayor said")  # over two paragraphs and a heading
    html = client.get(article_address("bridge.md", start, end)).text
    marks = re.findall(r"<mark([^>]*)>(.*?)</mark>", html, re.DOTALL)
    assert [unescape(text) for _, text in marks] == [
        "It is to open in June 2026.", "What it means",
        '"Nobody was hurt when the crane fell,"',
    ]  # fmt: skip
    assert ['id="cited"' in attributes for attributes, _ in marks] == [True, False, False]
    text = words_of(html)
    for said in ("Clara Whitlow", "The Gazette", "14 August 2025", "Original at gazette.example",
                 "1 earlier version", "Note by the editors"):  # fmt: skip
        assert said in text, said
    assert 'rel="noopener noreferrer"' in html and 'lang="en"' in html


def test_words_that_are_gone_are_said_to_be_gone(
    reading_only: tuple[Engine, TestClient],
) -> None:
    _, client = reading_only
    answer = client.get(article_address("bridge.md", 0, 25, quote="It is to open in May 2026."))
    assert answer.status_code == 200
    assert "The words that were cited are no longer here." in words_of(answer.text)
    assert "/articles/versions?id=bridge.md" in answer.text and "<mark" not in answer.text


def test_words_that_are_gone_are_said_with_the_day_and_what_stands_there_now(
    reading_only: tuple[Engine, TestClient],
) -> None:
    engine, client = reading_only
    address = article_address("bridge.md", 0, 25, quote="It is to open in May 2026.")
    said = words_of(client.get(address).text)
    assert "UTC. In their place it now says: It is to open in June 2026. See what changed" in said
    (version,) = engine.store.versions("bridge.md")
    year, month = version.replaced_at[:4], date.fromisoformat(version.replaced_at[:10])
    assert f"They were taken out on {month.day} {month:%B} {year}, " in said
    never = words_of(client.get(article_address("bridge.md", 0, 25, quote="Never said.")).text)
    assert "The article has changed since." in never and "In their place" not in never


def test_an_article_that_was_corrected_says_by_which_and_the_other_says_of_what(
    engine: Engine, client: TestClient
) -> None:
    """In the pane beside the chat too, and the links stay in that pane."""
    text = "The new bridge will cost 25.9 million crowns, not 24.9 million. We apologise."
    notice = Article(
        "correction.md",
        "Correction: the Old Mill Bridge is dearer",
        text,
        published=date(2025, 8, 16),
        source="The Gazette",
    )
    engine.store.put(notice, [], np.empty((0, engine.store.dimension or 1), np.float32))
    for frame in (False, True):
        before = client.get(article_address("bridge.md", frame=frame)).text
        assert "Corrected by The Old Mill Bridge" not in words_of(before)
        assert "Corrected by Correction: the Old Mill Bridge is dearer" in words_of(before)
        assert escape(article_address("correction.md", frame=frame)) in before
        after = words_of(client.get(article_address("correction.md", frame=frame)).text)
        assert "Corrects Bridge dearer again" in after


def test_in_the_pane_beside_the_chat_there_is_no_navigation(
    reading_only: tuple[Engine, TestClient],
) -> None:
    _, client = reading_only
    html = client.get(article_address("bridge.md", 0, 8, frame=True)).text
    assert "<nav" not in html and "Remove this article" not in html
    assert "Open in full" in html and '<mark id="cited"' in html


def test_an_article_that_is_not_there_is_a_page_that_leads_on(
    reading_only: tuple[Engine, TestClient],
) -> None:
    _, client = reading_only
    for path in ("view", "versions", "story", "remove"):
        answer = client.get(f"/articles/{path}", params={"id": "<b>nope</b>"})
        assert answer.status_code == 404 and 'href="../articles"' in answer.text
        assert "<b>nope" not in answer.text and "<b>nope</b>" in unescape(answer.text)


def test_the_list_is_searched_filtered_and_groups_copies(
    reading_only: tuple[Engine, TestClient],
) -> None:
    _, client = reading_only

    def titles(**wish: str) -> list[str]:
        html = client.get("/articles", params=wish).text
        return [words_of(t) for t in re.findall(r"<h2 dir=\"auto\">(.*?)</h2>", html, re.DOTALL)]

    assert len(titles()) == 8, "nine articles, of which two are one story"
    assert titles(q="heron") == ["Heron found", "Heron stolen"]
    assert titles(q="heron", sort="oldest") == ["Heron stolen", "Heron found"]
    assert titles(q="zuric") == ["Zürich Straße gesperrt"]
    assert titles(language="zh") == ["新桥开通"] and titles(outlet="Northern Wire")
    assert titles(since="2025-03-02", until="2025-03-04") == ["Heron stolen", "新桥开通"]
    assert titles(since="nonsense") == titles() and titles(q="unicorn zebra") == []
    assert titles(q="What will the bridge cost?", language="en")[0] == "Bridge dearer again"
    page = words_of(client.get("/articles", params={"q": "flood"}).text)
    assert "2 of 9 articles, 1 story" in page and "Northern Wire 12 June 2024" in page
    assert "The same story: The Gazette, 12 June 2024" in page


def test_a_long_list_is_shown_a_page_at_a_time_and_keeps_the_wish(
    engine: Engine, client: TestClient
) -> None:
    no_vectors = np.empty((0, engine.store.dimension or 1), np.float32)
    for number in range(120):
        article = Article(f"{number:03}.md", f"Gull {number:03}", f"Gull number {number}.")
        engine.store.put(article, [], no_vectors)
    seen: list[str] = []
    address = "/articles?q=gull&sort=oldest"
    while address:
        html = client.get(address).text
        seen += re.findall(r"Gull (\d+)</span></a></h2>", html)
        following = re.search(r'href="([^"]*)" rel="next"', html)
        address = unescape(following[1]) if following else ""
    assert seen == [f"{number:03}" for number in range(120)]
    assert "page 3 of 3" in words_of(html) and 'rel="prev"' in html


def test_what_was_found_is_a_link_to_the_very_sentence(
    reading_only: tuple[Engine, TestClient],
) -> None:
    _, client = reading_only
    html = client.get("/articles", params={"q": "crane lucky"}).text
    (link,) = re.findall(r'href="(./articles/view[^"]*start[^"]*)"', html)
    marked = re.findall(r"<mark[^>]*>(.*?)</mark>", client.get(unescape(link)).text)
    assert "crane" in marked[0]


def test_versions_say_in_words_what_was_taken_out_and_put_in(
    reading_only: tuple[Engine, TestClient],
) -> None:
    _, client = reading_only
    html = client.get("/articles/versions", params={"id": "bridge.md"}).text
    assert re.findall(r"<del[^>]*>(.*?)</del>", html) == ["It is to open in May 2026."]
    assert re.findall(r"<ins[^>]*>(.*?)</ins>", html) == ["It is to open in June 2026."]
    text = words_of(html)
    assert "Taken out" in text and "Put in" in text and "named the wrong month" in text


def test_a_story_is_told_by_day_and_says_how_it_was_chosen(
    reading_only: tuple[Engine, TestClient],
) -> None:
    _, client = reading_only
    html = client.get("/articles/story", params={"id": "flood.md"}).text
    text = words_of(html)
    assert "Sarn floods Kelderby" in text and "nearly the same text" in text
    assert "this article" in text and "How they were chosen" in text
    assert "otters" not in text


PATHS = ("", "/view", "/versions", "/story", "/remove", "/removed", "/jobs", "/add")
NAMES = ("id", "start", "end", "quote", "frame", "q", "outlet", "since", "number", "sort", "key")


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example("", {"number": "9" * 400})
@example("/view", {"id": "bridge.md", "start": "²", "end": "9"})
@given(
    st.sampled_from(PATHS),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["bridge.md", "1", "-5"]) | ANY_TEXT),
)
def test_no_address_breaks_a_page(
    reading_only: tuple[Engine, TestClient], path: str, values: dict[str, str]
) -> None:
    """Whatever stands in it, the answer is a page of ours that says what is the matter."""
    _, client = reading_only
    values = {k: v for k, v in values.items() if k != "q" or "?" not in v}
    answer = client.get(f"/articles{path}?{urlencode(values)}")
    assert answer.status_code in (200, 404, 409) and "<main" in answer.text


# -- adding ------------------------------------------------------------------------------------


def finished(client: TestClient, **sent: object) -> str:
    """The words of the page of a job that was started by sending this."""
    answer = client.post("/articles/add", follow_redirects=False, **sent)  # type: ignore[arg-type]
    assert answer.status_code == 303, words_of(answer.text)
    for thread in threading.enumerate():
        if thread.name == "adding":
            thread.join(120)
    page = client.get(answer.headers["location"])
    assert page.status_code == 200
    return words_of(page.text)


def test_files_are_added_and_each_that_fails_is_named_with_its_reason(
    engine: Engine, client: TestClient
) -> None:
    files = [
        ("files", ("../../otter.md", b"# Otters\n\nThe otters won the cup in May.\n")),
        ("files", ("big.txt", b"x" * 6_000)),
        ("files", ("broken.pdf", b"%PDF-1.4 not really")),
        ("files", ("program.exe", b"MZ")),
    ]
    said = finished(client, files=files)
    assert "1 added" in said
    for name in ("big.txt: is larger", "broken.pdf:", "program.exe: is of a type"):
        assert name in said, said
    assert str(engine.store.folder) not in said, "where files are kept is nobody's business"
    assert engine.article("otter.md") is not None
    added = engine.store.folder / "added"
    assert [file.name for file in added.iterdir()] == ["otter.md"], (
        "what has no article is not kept"
    )
    later = finished(client, files=[("files", ("new.md", b"# New\n\nNews came late.\n"))])
    assert "1 added" in later and "broken.pdf" not in later


def test_a_pasted_text_is_an_article_that_can_be_asked_about(
    engine: Engine, client: TestClient
) -> None:
    text = "The lighthouse at Port Ellin will be painted blue."
    sent = {
        "title": "Lighthouse: blue",
        "text": text,
        "source": "The Times",
        "published": "2025-05-06",
    }
    assert "1 added" in finished(client, data=sent)
    hit = engine.search("What colour will the lighthouse be?")[0].article
    assert (hit.title, hit.source, hit.published) == (
        "Lighthouse: blue",
        "The Times",
        date(2025, 5, 6),
    )


def test_what_cannot_be_added_leaves_the_form_as_it_was_filled_in(client: TestClient) -> None:
    for sent in ({"title": "Kept", "text": "  "}, {"url": "ftp://x"}, {}):
        answer = client.post("/articles/add", data=sent)
        assert answer.status_code == 400 and "Nothing was added" in words_of(answer.text)
        assert all(f'value="{v}"' in answer.text for k, v in sent.items() if k != "text")


def test_a_web_address_that_cannot_be_had_is_a_failure_with_a_reason(client: TestClient) -> None:
    said = finished(client, data={"url": "http://127.0.0.1:9/private"})
    assert "could not be read" in said and "127.0.0.1" in said


# -- removing and bringing back ----------------------------------------------------------------


def test_an_article_that_was_removed_comes_back_exactly(engine: Engine, client: TestClient) -> None:
    """Its text, its passages and vectors, and its place in the search, without embedding."""
    before = engine.article("flood.md")
    passages = engine.store.passages_of("flood.md")
    vectors = engine.store.vectors([p.id for p in passages])
    origin = engine.store.origins()["flood.md"]
    state = engine.store.file_states(origin.root)[origin.path]
    asked = client.get("/articles/remove", params={"id": "flood.md"})
    assert origin.root in asked.text, "it says what would bring the article back"
    page = client.post("/articles/remove?id=flood.md")
    assert page.status_code == 200 and "Undo" in page.text
    assert engine.article("flood.md") is None
    assert all(hit.article.id != "flood.md" for hit in engine.search("Who died in the flood?"))
    (entry,) = kept(engine.store.folder)
    back = client.post(f"/articles/restore?key={entry.key}")
    assert back.status_code == 200 and "Three dead in flood" in back.text
    assert engine.article("flood.md") == before
    assert engine.store.passages_of("flood.md") == passages
    assert np.array_equal(engine.store.vectors([p.id for p in passages]), vectors)
    assert engine.store.origins()["flood.md"] == origin
    assert engine.store.file_states(origin.root)[origin.path] == state
    assert any(hit.article.id == "flood.md" for hit in engine.search("Who died in the flood?"))
    assert kept(engine.store.folder) == []


def test_what_was_added_and_removed_does_not_come_back_with_the_next_file(
    engine: Engine, client: TestClient
) -> None:
    """Neither a file of its own, nor one of several articles of a file."""
    both = b'{"id": "x", "text": "Seven swans swim."}\n{"id": "y", "text": "Nine geese fly."}\n'
    finished(client, files=[("files", ("a.md", b"# A\n\nAlpha came first.\n"))])
    finished(client, files=[("files", ("birds.jsonl", both))])
    for article_id in ("a.md", "birds.jsonl#x"):
        assert client.post("/articles/remove", params={"id": article_id}).status_code == 200
    assert "1 added" in finished(client, files=[("files", ("c.md", b"# C\n\nGamma.\n"))])
    assert engine.article("a.md") is None and engine.article("birds.jsonl#x") is None
    assert engine.article("birds.jsonl#y") is not None
    for entry in kept(engine.store.folder):
        bring_back(entry.key, engine.store, engine.index)
    assert engine.article("a.md") and engine.article("birds.jsonl#x")
    assert "1 added" in finished(client, files=[("files", ("d.md", b"# D\n\nDelta.\n"))])
    assert engine.article("a.md") is not None, "its file is back too"


def test_sending_a_file_again_brings_back_what_was_removed_of_it(
    engine: Engine, client: TestClient
) -> None:
    file = ("files", ("a.jsonl", b'{"id": "x", "text": "One."}\n{"id": "y", "text": "Two."}\n'))
    finished(client, files=[file])
    take_out("a.jsonl#x", engine.store, engine.index)
    assert "1 added" in finished(client, files=[file])
    (entry,) = kept(engine.store.folder)
    answer = client.post(f"/articles/restore?key={entry.key}")
    assert answer.status_code == 409 and "in the index again" in words_of(answer.text)


def test_what_is_kept_can_be_deleted_for_good_and_a_damaged_record_is_passed_over(
    engine: Engine, client: TestClient
) -> None:
    take_out("undated.txt", engine.store, engine.index)
    damaged = engine.store.folder / "removed" / "half"
    damaged.mkdir()
    (damaged / "article.json").write_text('{"article": ')
    (entry,) = kept(engine.store.folder)
    client.post("/articles/forget?key=..")
    assert client.get("/articles").status_code == 200 and engine.article("bridge.md")
    client.post(f"/articles/forget?key={entry.key}")
    assert kept(engine.store.folder) == []
    assert client.post(f"/articles/restore?key={entry.key}").status_code == 200
    assert engine.article("undated.txt") is None
