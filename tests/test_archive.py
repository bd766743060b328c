"""A small mixed archive through the real engine; archive.py does the same with 2,000 articles."""

from __future__ import annotations

from pathlib import Path

import archive
import mixed_archive
import pytest
from hashed import hashed

from assistant.engine import Engine
from assistant.settings import load_settings
from assistant.types import Failure, IngestReport

for library in ("trafilatura", "pypdfium2", "docx", "reportlab"):
    pytest.importorskip(library)


def test_every_good_article_is_in_and_every_broken_file_is_named(tmp_path: Path) -> None:
    made = mixed_archive.build(tmp_path / "articles", 60, seed=3)
    assert {good.format for good in made.good.values()} > set(mixed_archive.SHARES)
    assert {broken.kind for broken in made.broken} == set(mixed_archive.BROKEN)
    flags = {"llm": "none", "store": tmp_path / "store", **mixed_archive.LIMITS}
    engine = Engine(load_settings(flags=flags), embedder=hashed())
    report = engine.ingest([made.folder])
    found = archive.compare(made, engine.articles(), report)
    assert found.ok, (found.missing, found.extra, found.unnamed, found.strays)
    assert not any(found.wrong.values()), dict(found.wrong)
    for kind, reason in found.reasons.items():
        for jargon in ("<ZipInfo", "Error(", "Forbidden", "Traceback", "Content_Types"):
            assert jargon not in reason, kind
        assert not reason.endswith("| "), f"{kind}: nothing says what to do"
    assert engine.index.health().ok
    again = engine.ingest([made.folder])
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    engine.close()


def test_the_comparison_sees_what_is_missing_wrong_and_unnamed(tmp_path: Path) -> None:
    made = mixed_archive.build(tmp_path / "articles", 10, seed=3)
    engine = Engine(
        load_settings(flags={"llm": "none", "store": tmp_path / "store"}), embedder=hashed()
    )
    stray = IngestReport(failures=(Failure("elsewhere.txt", "empty"),))
    found = archive.compare(made, engine.articles(), stray)
    assert not found.ok
    assert found.missing == sorted(made.good)
    assert len(found.unnamed) == len(made.broken)
    assert found.strays == ["elsewhere.txt: empty"]
    engine.close()


def test_a_seed_makes_the_same_archive_again(tmp_path: Path) -> None:
    one = mixed_archive.build(tmp_path / "one", 10, seed=5)
    two = mixed_archive.build(tmp_path / "two", 10, seed=5)
    other = mixed_archive.build(tmp_path / "other", 10, seed=6)
    assert one.good == two.good != other.good
    assert one.broken == two.broken
