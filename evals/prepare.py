"""A suite's articles in an index, ready to be asked; kept, so that the next run need not wait.

The index is made by `Engine.ingest`, as a user's is. It lies in a folder named by a hash of the
articles and of the code that reads, splits, embeds and stores them: a change of a prompt finds it
again, a change of the splitter does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import assistant
from assistant.engine import Engine
from assistant.errors import AssistantError
from assistant.progress import Progress, Unit
from assistant.reading import find_sources
from assistant.settings import Settings
from assistant.types import Article
from evals.suites import Documents, Suite
from evals.systems import Workplace

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

# Everything of `assistant` that an index depends on.
_MAKES_THE_INDEX = (
    *("reading", "ingest", "passages.py", "embedding.py", "lexical.py", "store", "index"),
    *("types.py", "models/catalogue.py"),
)


def prepare(
    suite: Suite, settings: Settings, indexes: Path, progress: Progress, *, llm: LLM | None = None
) -> Workplace:
    """The engine with exactly the suite's articles in its index, and what else a system needs.

    indexes: the folder where indexes are kept. llm: as for `Engine`.
    Raises AssistantError for an article that cannot be taken in, or an item that names an article
    which is not there.
    """
    folder = indexes / f"{suite.name}-{_key(suite)[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    corpus = _on_disk(suite, folder)
    engine = Engine(
        replace(settings, store=folder / "store", corpus=corpus), llm=llm, progress=_work(progress)
    )
    try:
        report = engine.ingest([corpus])
        if report.failures:
            failure = report.failures[0]
            raise AssistantError(
                f"{len(report.failures)} articles of {suite.name} cannot be read; "
                f"{failure.where}: {failure.reason}",
                failure.hint or "Mend it, or take it out.",
            )
        articles = {article.id: article for article in engine.articles()}
        _check_items(suite, articles)
    except BaseException:
        engine.close()
        raise
    return Workplace(suite.name, engine, articles, suite.finding_only, folder, llm)


def _work(progress: Progress) -> Progress:
    """Passes on what takes long; that the engine thinks is no news when it is asked 300 times."""

    def tell(what: str, done: int, total: int | None, unit: Unit) -> None:
        if unit != "steps":
            progress(what, done, total, unit)

    return tell


def _on_disk(suite: Suite, folder: Path) -> Path:
    """The folder or file to take in; documents are written to one of JSON lines."""
    if isinstance(suite.corpus, Path):
        return suite.corpus
    path = folder / suite.corpus.file
    if not path.exists():
        unfinished = path.with_name(path.name + ".part")
        unfinished.write_bytes(b"".join(_lines(suite.corpus)))
        unfinished.replace(path)
    return path


def _lines(corpus: Documents) -> Iterator[bytes]:
    for document in corpus.documents:
        value = {"id": document.key, "title": document.title, "text": document.text}
        # Left out where not known: the articles of other suites keep the index they have.
        known = {"url": document.url, "date": document.published}
        value |= {name: text for name, text in known.items() if text}
        yield json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _key(suite: Suite) -> str:
    digest = hashlib.sha256()
    if isinstance(suite.corpus, Documents):
        digest.update(suite.corpus.file.encode())
        for line in _lines(suite.corpus):
            digest.update(line)
    else:
        digest.update(str(suite.corpus.resolve()).encode())
        for file in find_sources(suite.corpus):
            digest.update(file.article_id.encode() + b"\0" + file.path.read_bytes())
    digest.update(sources_sha256(*_MAKES_THE_INDEX).encode())
    return digest.hexdigest()


def sources_sha256(*parts: str) -> str:
    """Hash of the program's source files under these paths, or of all where none is given."""
    root = Path(assistant.__file__).parent
    digest = hashlib.sha256()
    for part in parts or (".",):
        path = root / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _check_items(suite: Suite, articles: Mapping[str, Article]) -> None:
    """Raises AssistantError where an item names an article that was not taken in."""
    for item in suite.items:
        named = [article for members in item.gold for article in members]
        named += [*item.within, *(quote.article_id for quote in item.evidence)]
        for article in named:
            if article not in articles:
                raise AssistantError(
                    f"{suite.name}: item {item.id} names the article '{article}', "
                    f"which is not among the {len(articles)} of the corpus",
                    "An id is the path within --corpus; see: assistant articles list",
                )
