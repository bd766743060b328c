"""Title, author and date as their writers know them, over formats and templates, and over pages and
texts with hand-made truth; see README.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import days_and_writers
import formats
import pytest
from formats import Told

from assistant.reading import read
from assistant.types import Article

pytest.importorskip("trafilatura")
pytest.importorskip("pypdfium2")
pytest.importorskip("docx")
pytest.importorskip("reportlab")

INVENTED = [
    ("Flood closes the mill bridge", "Maud Ellery", date(2024, 6, 12)),
    ("Ferry to the islands gets a second boat", "Finn Abara", date(2023, 1, 3)),
    ("“We were lucky”: how Kelderby survived its coldest night", "Ana Brook", date(2022, 12, 31)),
    ("Council votes 7–6 for the school & the swimming pool", "Tarik Osmond", date(2025, 2, 28)),
    ("Zürich's trams stop for a day", "Élodie Küng", date(2020, 2, 29)),
    ("Why nobody wants the old mint", "Juan O'Farrell", date(2021, 10, 9)),
    ("Opinion: leave the river alone", "Siobhán de la Cruz-Hill", date(2019, 5, 1)),
    ("Harbour wages rise by 3.5 %", "J. R. Okonkwo", date(2024, 11, 11)),
    ("Three arrested after museum theft", "Li Wei", date(2018, 8, 8)),
    ("The last cinema in Sarn", "Anne-Marie Vogt", date(2026, 4, 17)),
    ("Storm takes the roof off St Olave's", "Priya Raman", date(2024, 3, 5)),
    ("Is the new line worth £15.8m?", "Owen Tudor", date(2023, 7, 21)),
]


def files(told: Told) -> Iterator[tuple[str, bytes]]:
    for template in ("json-ld", "opengraph", "meta", "microdata"):
        yield f"{template}.html", formats.page(told, template).encode()
    yield "a.pdf", formats.pdf(told)
    yield "a.docx", formats.docx(told)
    yield "a.epub", formats.epub({"1.xhtml": formats.chapter(told)}, told)
    yield "a.eml", formats.mail(told)
    yield "b.eml", formats.mail(told, as_html=True)
    body = "\n\n".join(told.paragraphs)
    by, day = f"By {told.author}", f"Published: {told.day:%d %B %Y}"
    yield "a.txt", f"{told.title}\n{by}\n{day}\n\n{body}\n".encode()
    yield "a.md", f"# {told.title}\n\n*{by}*\n\n{day}\n\n{body}\n".encode()


def test_titles_dates_and_authors_over_132_files(tmp_path: Path) -> None:
    right: Counter[str] = Counter()
    wrong: list[tuple[str, str, object]] = []
    total = 0
    for title, author, day in INVENTED:
        told = Told(title=title, author=author, day=day)
        for name, content in files(told):
            path = tmp_path / name
            path.write_bytes(content)
            [found] = read(path, article_id=name)
            assert isinstance(found, Article)
            total += 1
            for what, got, truth in (
                ("title", found.title, title),
                ("author", found.author, author),
                ("date", found.published, day),
            ):
                right[what] += got == truth
                if got != truth:
                    wrong.append((name, what, got))
    assert total == 132
    print({what: f"{right[what]}/{total}" for what in ("title", "date", "author")}, wrong)
    assert right["title"] >= 0.98 * total, wrong
    assert right["date"] >= 0.95 * total, wrong
    assert right["author"] >= 0.90 * total, wrong


@pytest.mark.parametrize("file", days_and_writers.FILES)
def test_days_are_right_or_missing_and_never_invented(file: str) -> None:
    """240 pages and texts of 70 languages: those that were looked at while the rules were written,
    and those that were not."""
    told = days_and_writers.figures(file)
    print(told.line())
    assert told.invented == 0, told.wrong
    assert told.writers_invented == 0, told.wrong
    assert told.days_right >= 0.98 * told.articles, told.wrong
    assert told.writers_right >= 0.97 * told.articles, told.wrong
