"""Corrections: which article corrects which, and which must not be said to.

Every case is hand-made: what a newspaper prints first, and what it prints later. The cases were
used to set the limits, so they say what is meant, not how often it is right elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corrections import Link, by_outlet, corrections_of
from assistant.corrections import links as links_among
from assistant.notices import own_version
from assistant.reading import find_sources, read
from assistant.retractions import retracted
from assistant.types import Article, Version

CORPUS = Path(__file__).parent.parent / "corpus"

BUDGET = """The council adopted the budget for next year on Tuesday evening.

| Department | million crowns |
|---|---:|
| Schools and childcare | 44.2 |
| Works and roads | 29.5 |

The town's debt will stand at 52.4 million, the treasurer said."""
FIRE = (
    "A fire destroyed the old rope works in Harbour Side in the night to Friday. Forty firemen "
    "fought the flames until dawn, said Captain Rosalind Achterberg. Two men were taken to the "
    "hospital with burns. The cause is not known. The building had stood empty since the spring, "
    "and neighbours had complained of youths who climbed in through a broken window."
)
DIRECTOR = (
    "The museum has a new director. Sunniva Blake, 44, comes from the university of Aldmoor and "
    "begins in May. She wants to open the museum on Mondays too, she told the council."
)
MARKET = (
    "Potatoes cost 2.40 crowns a sack on the market this week, eggs 3.10 a dozen, and trout 11.80 "
    "a kilo. Rain is forecast for the weekend, with light winds from the west and night frost in "
    "the valleys above Upper Sarnley. The market opens at seven and closes at one o'clock."
)


def links(articles: Iterable[Article]) -> list[Link]:
    return links_among(by_outlet(articles))


def made(
    article_id: str,
    title: str,
    text: str,
    day: str | None = "2025-03-05",
    source: str | None = "The Gazette",
    **more: object,
) -> Article:
    published = date.fromisoformat(day) if day else None
    return Article(article_id, title, text, published=published, source=source, **more)  # type: ignore[arg-type]


def test_of_the_sample_corpus_the_one_correction_whose_article_is_there_is_linked() -> None:
    """The other correction, of the flood's toll, takes back what no article of the Gazette says."""
    articles = [
        item
        for file in find_sources(CORPUS)
        for item in read(file.path, article_id=file.article_id)
        if isinstance(item, Article)
    ]
    assert links(articles) == [
        Link(
            "gazette/2024-12-20-correction-schools.md",
            "gazette/2024-12-18-budget-2025.md",
            "correction",
            "takes back what it says",
        )
    ]


first = made("first", "Council passes the budget for schools and roads", BUDGET, "2025-03-03")
fire = made("first", "Fire destroys the old rope works in Harbour Side", FIRE, "2025-03-03")
director = made("first", "Sunniva Blake to lead the town museum", DIRECTOR, "2025-03-03")
LINKED = [
    pytest.param(
        first,
        made(
            "later",
            "Correction: schools in the budget",
            "Our table of the town budget contained an error. Schools and childcare will receive "
            "41.2 million crowns, not 44.2 million. We apologise.",
        ),
        ("correction", "takes back what it says"),
        id="a figure in a table, in millions there",
    ),
    pytest.param(
        first,
        made(
            "later",
            "Corrections",
            "The debt of the town in the budget of the council is 25.4 million crowns, not 52.4 "
            "million, as the treasurer's office told us.",
        ),
        ("correction", "takes back what it says"),
        id="a headline that says nothing",
    ),
    pytest.param(
        director,
        made(
            "later",
            "Clarification: the museum's director",
            "The new director of the town museum is Synnove Blake, not Sunniva Blake.",
        ),
        ("correction", "takes back what it says"),
        id="a name",
    ),
    pytest.param(
        fire,
        made(
            "later",
            "Correction",
            "A report on Monday about the fire in the rope works in Harbour Side incorrectly gave "
            "the number of firemen who fought it as forty. There were 14.",
        ),
        ("correction", "takes back what it says"),
        id="a number in words, said to be incorrect",
    ),
    pytest.param(
        made(
            "first",
            "Rat beschließt den Haushalt für Schulen",
            "Für Schulen und Kindergärten gibt die Stadt im Haushalt 44,2 Millionen Kronen aus.",
            "2025-03-03",
        ),
        made(
            "later",
            "Korrektur: Haushalt für Schulen",
            "Für Schulen gibt die Stadt nicht 44,2 Millionen, sondern 41,2 Millionen Kronen aus.",
        ),
        ("correction", "takes back what it says"),
        id="in German",
    ),
    pytest.param(
        made("first", "Ein ganz anderer Titel", FIRE, "2024-01-01", url="https://g.example/a/fire"),
        made(
            "later",
            "Berichtigung",
            "Zum Bericht https://www.g.example/a/fire/ ist zu sagen: Es war am Donnerstag.",
        ),
        ("correction", "names it"),
        id="an address, a year later",
    ),
    pytest.param(
        made("wire.jsonl#nw-241020-22", "Roke wins", "Anselm Roke won.", "2024-10-20"),
        made("later", "CORRECTED: Roke", "In article no. nw-241020-22 a vote count was wrong."),
        ("correction", "names it"),
        id="a number",
    ),
    pytest.param(
        fire,
        made(
            "later",
            "Correction",
            "In our article “Fire destroys the old rope works in Harbour Side” the captain's name "
            "was misspelled. We apologise.",
        ),
        ("correction", "names it"),
        id="a headline in quotation marks",
    ),
    pytest.param(
        fire,
        made(
            "later",
            "Correction: Fire destroys old rope works in Harbour Side",
            "The captain's name was misspelled.",
        ),
        ("correction", "the same headline"),
        id="the same headline",
    ),
    pytest.param(
        fire,
        made(
            "later",
            "Rope works: second victim dies",
            FIRE + " One of the two men died in the hospital on Saturday, a spokesman said.",
            tags=("UPDATED",),
        ),
        ("update", "almost the same text"),
        id="an update under another headline",
    ),
    pytest.param(
        fire,
        made("later", "UPDATE 2: Rope works burn down", FIRE.replace("Forty", "Sixty")),
        ("update", "almost the same text"),
        id="an update by an agency",
    ),
    pytest.param(
        fire,
        made("later", fire.title + " (corrected)", FIRE.replace("Forty", "Fourteen")),
        ("correction", "almost the same text"),
        id="a mark at the end",
    ),
    pytest.param(
        fire,
        made(
            "later",
            fire.title,
            FIRE + "\n\nEditor's note: This article has been corrected. It was the rope works.",
        ),
        ("correction", "almost the same text"),
        id="an editor's note at the end",
    ),
    pytest.param(
        fire,
        made(
            "later",
            fire.title,
            FIRE + "\n\nAn earlier version of this article misspelled a name.",
            "2025-03-03",
        ),
        ("correction", "almost the same text"),
        id="on the same day, the note says which was first",
    ),
    pytest.param(
        made("first", fire.title, FIRE, None),
        made("later", fire.title, FIRE, None, tags=("CORRECTED",)),
        ("correction", "almost the same text"),
        id="without days, the mark says which was first",
    ),
    pytest.param(
        made("first", fire.title, FIRE, "2025-03-03", None, url="https://www.g.example/1"),
        made("later", "UPDATE: Rope works", FIRE, source=None, url="https://g.example/2"),
        ("update", "almost the same text"),
        id="the outlet is told by the address",
    ),
]


@pytest.mark.parametrize(("earlier", "later", "found"), LINKED)
def test_a_correction_is_linked_to_what_it_corrects(
    earlier: Article, later: Article, found: tuple[str, str]
) -> None:
    other = made("other", "Ferry gets a second boat", "The ferry to the islands gets a boat.")
    [link] = links([later, other, earlier])
    assert (link.later, link.earlier) == (later.id, earlier.id)
    assert (link.kind, link.why) == found


NOT_LINKED = [
    pytest.param(
        fire,
        made("later", "UPDATED: Rope works", FIRE, source="The Courier"),
        id="another outlet",
    ),
    pytest.param(
        made("first", fire.title, FIRE, "2025-03-07"),
        made("later", fire.title, FIRE, tags=("UPDATED",)),
        id="what is said to be corrected came after",
    ),
    pytest.param(fire, made("later", "Rope works burn down", FIRE), id="a copy that nothing marks"),
    pytest.param(
        made("first", "Market and weather", MARKET, "2025-02-26"),
        made(
            "later",
            "Market and weather",
            MARKET.replace("2.40", "2.60").replace("Rain", "Sun"),
            tags=("UPDATED",),
        ),
        id="last week's number of a column",
    ),
    pytest.param(
        first,
        made(
            "later",
            "Correction: eight people, not nine, died in the flood",
            "The flood of June claimed eight lives. The figure of nine was wrong.",
        ),
        id="a correction whose article is not here",
    ),
    pytest.param(
        made("first", "Seven die in the flood", "Seven people died in the flood.", "2025-03-03"),
        made(
            "later",
            "Correction: eight people, not nine, died in the flood",
            "The flood of June claimed eight lives. The figure of nine was wrong.",
        ),
        id="an article on the matter that never said what is taken back",
    ),
    pytest.param(
        made(
            "first",
            "Eight people died in the flood, not nine",
            "Eight people died in the flood, and nine are in hospital.",
            "2025-03-03",
        ),
        made(
            "later",
            "Correction: eight people, not nine, died in the flood",
            "The flood of June claimed eight lives. The figure of nine was wrong.",
        ),
        id="an article that says it right, with the wrong figure of something else",
    ),
    pytest.param(
        made(
            "first", "Bus to Dunmarsh", "The bus to Dunmarsh has 44.2 million riders.", "2025-03-03"
        ),
        made(
            "later", "Correction: schools in the budget", "41.2 million crowns, not 44.2 million."
        ),
        id="the same figure of another matter",
    ),
    pytest.param(
        made("first", "Council passes the budget for schools", BUDGET, "2024-03-03"),
        made(
            "later",
            "Correction: schools in the budget",
            "Schools will receive 41.2 million crowns, not 44.2 million.",
        ),
        id="a year ago",
    ),
    pytest.param(
        made("first", "Tax rises passed for schools", "The tax rises by 3 per cent.", "2025-03-03"),
        made(
            "later",
            "Correction of tax rates passes council: schools to get more",
            "The tax falls by 2 per cent, not 3 per cent.",
        ),
        id="news about a correction",
    ),
    pytest.param(
        made("first", "Prison officers strike", FIRE, "2025-03-03"),
        made("later", "Correctional officers strike", FIRE),
        id="a word that begins like the mark",
    ),
    pytest.param(
        made("first", "Markets fall", FIRE, "2025-03-03"),
        made("later", "Markets: a correction, not a crash, says bank", FIRE),
        id="a correction of the markets",
    ),
    pytest.param(
        fire,
        made(
            "later",
            "UPDATED: The rope works a year on",
            "Read more: https://g.example/fire. The site of the rope works is a meadow now, where "
            "children play, and nobody speaks of the fire any more, says the captain.",
        ),
        id="a new report on an old matter",
    ),
    pytest.param(
        made("first", fire.title, FIRE, None),
        made("later", "Correction: Fire destroys the old rope works", "It was 14 firemen.", None),
        id="without days a headline is not enough",
    ),
    pytest.param(
        made("first", "Zu", "Kurz.", "2025-03-03"),
        made("later", "UPDATED: Da", "Kurz."),
        id="a text too short to be told from others",
    ),
]


@pytest.mark.parametrize(("earlier", "later"), NOT_LINKED)
def test_without_good_evidence_there_is_no_link(earlier: Article, later: Article) -> None:
    assert links([earlier, later]) == []


def test_each_update_is_linked_to_the_one_before_it() -> None:
    chain = [
        made("a", fire.title, FIRE, "2025-03-03"),
        made("b", "UPDATED: Rope works", FIRE + " One died.", "2025-03-04"),
        made("c", "UPDATED: Rope works", FIRE + " One died. He was 40.", "2025-03-05"),
    ]
    assert [(link.later, link.earlier) for link in links(chain)] == [("b", "a"), ("c", "b")]
    of_b = corrections_of(chain[1], by_outlet(chain))
    assert [r.article.id for r in of_b.corrects] == ["a"]
    assert [r.article.id for r in of_b.corrected_by] == ["c"]


def test_a_figure_that_was_printed_several_times_is_corrected_in_each() -> None:
    articles = [
        made("a", "Schools get more in the budget", "Schools get 44.2 million.", "2025-03-01"),
        made("b", "Who pays for the schools in the budget", "They get 44.2 million.", "2025-03-02"),
        made(
            "later", "Correction: schools in the budget", "They get 41.2 million, not 44.2 million."
        ),
    ]
    assert {link.earlier for link in links(articles)} == {"a", "b"}


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("The bridge costs £15m.\n\nCorrection: it said £12m.", ["The bridge costs £12m."], 0),
        ("Two.\n\nCorrection: it said One.", ["Zero.", "One.", "Two."], 2),
        ("It costs £15m.\n\nUpdate: more.", ["It costs £15m.\n\nUpdate: more."], None),
        ("It costs £15m.", ["It costs £12m."], None),
    ],
)
def test_a_note_in_the_article_is_about_the_version_before_it(
    now: str, before: list[str], expected: int | None
) -> None:
    versions = [Version(str(n), text, "2025-03-04T10:00:00+00:00") for n, text in enumerate(before)]
    found = own_version(made("a", "The bridge", now), versions)
    assert found == (None if expected is None else versions[expected])


def test_a_mark_in_the_headline_is_about_the_last_other_text() -> None:
    version = Version("0", "It costs £12m.", "2025-03-04T10:00:00+00:00")
    now = made("a", "The bridge", "It costs £15m.", tags=("UPDATED",))
    assert own_version(now, [version]) == version


def test_what_is_taken_back_has_its_right_value_beside_it() -> None:
    [found] = retracted("Schools will receive 41.2 million crowns, not 44.2 million.")
    assert sorted(found.numbers) == [44_200_000]
    assert sorted(found.right) == [41_200_000]
    assert [r.names for r in retracted("He is Jan Kramer, not Jan Krämer-Roth.")] == [
        ("jan kramer roth",)
    ]
    assert retracted("It is not known how it came about, and not only here.") == []


texts = st.text(st.sampled_from("ab .\n:“”|-12Cc") | st.characters(codec="utf-8"), max_size=80)
articles = st.lists(
    st.builds(
        Article,
        id=st.sampled_from("abcdef"),
        title=texts | texts.map("Correction: {}".format),
        text=texts | texts.map("It was 3, not {}. https://a/b".format),
        published=st.none() | st.dates(date(2025, 1, 1), date(2025, 1, 9)),
        source=st.sampled_from([None, "A", "B"]),
        tags=st.sampled_from([(), ("UPDATED",)]),
    ),
    max_size=6,
    unique_by=lambda article: article.id,
)


@given(articles)
def test_of_one_article_the_same_is_said_as_of_all(found: list[Article]) -> None:
    outlets = by_outlet(found)
    among = links_among(outlets)
    for article in found:
        known = corrections_of(article, outlets)
        said = {Link(article.id, r.article.id, r.kind, r.why) for r in known.corrects}
        assert said == {link for link in among if link.later == article.id}
        said = {Link(r.article.id, article.id, r.kind, r.why) for r in known.corrected_by}
        assert said == {link for link in among if link.earlier == article.id}


@given(articles)
def test_whatever_the_articles_links_lead_back_in_time_within_one_outlet(
    found: list[Article],
) -> None:
    by_id = {article.id: article for article in found}
    for link in links(found):
        later, earlier = by_id[link.later], by_id[link.earlier]
        assert later.id != earlier.id
        assert later.source == earlier.source
        if later.published and earlier.published:
            assert earlier.published <= later.published
        assert Link(earlier.id, later.id, link.kind, link.why) not in links(found)
