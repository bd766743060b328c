"""Every page, with articles that lack what one may lack: none of it may be an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tiny import split
from web_articles import application, opened

from assistant.embedding import DIMENSION, Embedder
from assistant.engine import Engine
from assistant.types import Article
from assistant.web.pages import router

TEXT = (
    "The lifeboat crew of Harrowgate was called out four times on Sunday, the coastguard said. "
    "Two swimmers were taken to the hospital, and a yacht without a mast was towed into the port. "
    "Nobody was seriously hurt, and the crew was back in time for the fair in the evening."
)
WHOLE = Article(
    id="whole.md",
    title="Busy Sunday for the lifeboat",
    text=TEXT,
    author="Clara Whitlow",
    published=date(2025, 6, 1),
    source="The Gazette",
    url="https://gazette.example/lifeboat",
    language="en",
    tags=("UPDATED",),
)
LACKING: dict[str, dict[str, Any]] = {
    "nothing": {},
    "title": {"title": ""},
    "text": {"text": ""},
    "author": {"author": None},
    "day": {"published": None},
    "day, but for the month": {"published": None, "partial_date": "--06-01"},
    "day, but for nonsense": {"published": None, "partial_date": "--19-77"},
    "source": {"source": None},
    "source, but for what is not seen": {"source": "\u200b"},
    "url": {"url": None},
    "url that is one": {"url": "javascript:alert(1)"},
    "language": {"language": None},
    "tags": {"tags": ()},
    "everything": {
        "title": "", "author": None, "published": None, "source": None, "url": None,
        "language": None, "tags": (),
    },
}  # fmt: skip
PAGES = {
    "/articles": [{}, {"q": "swimmers"}, {"q": "who was hurt?"}, {"fragment": "1"}, {"sort": "x"}],
    "/articles/view": [{}, {"frame": "1"}, {"start": "0", "end": "20"}, {"quote": "was not said"}],
    "/articles/versions": [{}],
    "/articles/story": [{}],
    "/articles/remove": [{}],
    "/articles/removed": [{}],
    "/articles/add": [{}],
    "/articles/jobs": [{}],
}  # fmt: skip


def lacking(what: str) -> Article:
    return replace(WHOLE, id=f"{what}.md", **LACKING[what])


def put(engine: Engine, article: Article) -> None:
    passages = split(article)
    vectors = np.ones((len(passages), DIMENSION), np.float32)
    engine.store.put(article, passages, vectors, root="/somewhere", path=article.id)


@pytest.fixture(params=LACKING)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[Engine]:
    """One article that lacks something and was changed once, and a copy that lacks the same."""
    engine = opened(tmp_path_factory.mktemp("lacking"), embedder)
    article = lacking(request.param)
    put(engine, replace(article, text=f"{article.text}\nCorrection: the day was Sunday."))
    put(engine, article)
    put(engine, replace(article, id="copy.md"))
    yield engine
    engine.close()


@pytest.mark.models
def test_every_page_shows_an_article_that_lacks_something(engine: Engine) -> None:
    routes: list[Any] = list(router(engine).routes)
    pages = {route.path for route in routes if "GET" in route.methods}
    assert pages == set(PAGES), "a page that is not tried here"
    article = engine.articles()[-1]
    with TestClient(application(engine)) as client:
        for path, queries in PAGES.items():
            for query in queries:
                reply = client.get(path, params={"id": article.id, **query})
                assert reply.status_code == (404 if path == "/articles/jobs" else 200), path
                assert "None" not in reply.text
        assert client.post("/articles/remove", params={"id": article.id}).status_code == 200
        assert article.id in client.get("/articles/removed").text


@pytest.mark.models
def test_a_copy_without_an_outlet_is_called_by_its_headline(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> None:
    engine = opened(tmp_path_factory.mktemp("copies"), embedder)
    for number in (1, 2):
        put(engine, replace(lacking("source"), id=f"{number}.md", title=f"Story {number}"))
    with TestClient(application(engine)) as client:
        listed = client.get("/articles").text
    engine.close()
    same = listed.partition("The same story: ")[2].partition("</p>")[0]
    assert "Story" in same and "1 June 2025" in same
