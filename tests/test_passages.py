"""Passages: whole sentences with exact spans, nothing lost, nothing longer than the model reads."""

from __future__ import annotations

import unicodedata
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.embedding import Embedder
from assistant.passages import context_line, sentence_spans, split
from assistant.types import Article, Passage

WINDOW = 254  # word pieces MiniLM reads, without its two own marks

PROSE = (
    "The bridge will cost 24.9 million crowns, Mr. D. Halloway said on Tuesday. It opens in June. "
    '"We are late," the mayor of St. Bote told the U.S. press. "But not by much." '
)
WRAPPED = (
    "The council voted on Monday evening to keep the swimming pool\n"
    "open for another winter, although the roof has to be mended before\n"
    "the first frost. Nobody spoke against it.\n\nThe vote was 12 to 3.\n"
)
TABLE = "| Station | Level |\n|---------|-------|\n" + "".join(
    f"| Gauge {n} | {n}.42 m |\n" for n in range(60)
)
GERMAN = (
    "Der Bürgermeister trat am 3. Oktober 2024 zurück. Die Brücke, d. h. der alte Übergang, bleibt "
    "gesperrt. Über 1.200 Menschen kamen z. B. aus Zürich. „Es ist vorbei“, sagte Dr. Weiß."
)
CHINESE = "市长周二宣布辞职。新桥将耗资二千四百万克朗。谁来接替他?目前还不清楚!" * 8
NO_SPACES = "x" * 5_000
NO_SPACES_CHINESE = "桥" * 5_000
COMBINING = "e\u0301\u0323" * 1_500
RULES = ("The first part ends. \n" + "-" * 300 + "\nThe second part begins. \n") * 3
KOREAN_TITLE = "서울의 새로운 다리가 완공되었다" * 40

TEXTS = {
    "prose": PROSE * 20,
    "one sentence again and again": "It rained. " * 200,
    "hard-wrapped": WRAPPED * 10,
    "table": TABLE,
    "german": GERMAN * 6,
    "chinese": CHINESE,
    "line without spaces": NO_SPACES,
    "chinese line without stops": NO_SPACES_CHINESE,
    "hexadecimal line": "9f86d081884c7d65" * 320,
    "combining characters": COMBINING,
    "rules of dashes": RULES,
    "markdown": "# Title\n\n- one\n- two\n\n## Part\n\nText one. Text two.\n> quoted\n",
    "one sentence too long": "and then the river rose, " * 150 + "and that was all.",
    "emoji and spaces": "A\u00a0b \u200b c 👩‍👩‍👧 d.\t\tE f!\n\n\n  \nG",
    "only punctuation": "*** --- ...\n\n***",
    "empty": "",
}
# Pieces that texts are made of: words, sentence ends, breaks, other scripts, marks of Markdown.
PIECES = st.sampled_from(
    [
        *("The", "river", "rose", "Mr.", "U.S.", "e.g.", "3.6", "1,200", "“We", "late”", "it's"),
        *(". ", ".", "! ", "?", "…", ";", ": ", ", ", " ", "  ", "\n", "\n\n", "\t", "\u00a0"),
        *("# ", "- ", "1. ", "> ", "| ", "|---|", "```", "----------", "***", "[1]"),
        *(
            "Brücke",
            "z. B.",
            "市长",
            "。",
            "?",
            "한국",
            "ไทย",
            "e\u0301",
            "\u0301",
            "👩‍👧",
            "ﬁ",
            "\u200d",
        ),
        *("x" * 300, "桥" * 300, "-" * 300, "9f86" * 80),
    ]
)
ANY_TEXT = st.one_of(
    st.lists(PIECES, max_size=60).map("".join), st.text(max_size=300), st.sampled_from([*TEXTS])
).map(lambda t: TEXTS.get(t, t))


def article(text: str, title: str = "A title") -> Article:
    return Article("a.txt", title, text, published=date(2024, 10, 3))


def counted(passage: Passage, of: Article, embedder: Embedder) -> int:
    """Word pieces of what is embedded for a passage."""
    text = of.text[passage.start : passage.end]
    return embedder.count_tokens([f"{context_line(of)}. {text}"])[0]


@settings(deadline=None, max_examples=150)
@given(text=ANY_TEXT, language=st.sampled_from([None, "en", "de", "zh", "xx"]))
def test_sentences_are_in_order_apart_and_lose_no_letter(text: str, language: str | None) -> None:
    spans = sentence_spans(text, language)
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    outside = set(range(len(text))).difference(*(range(s.start, s.end) for s in spans))
    assert not [text[i] for i in outside if text[i].isalnum()]
    for span in spans:
        assert text[span.start : span.end] == text[span.start : span.end].strip()


@settings(deadline=None, max_examples=100)
@given(text=ANY_TEXT, title=st.one_of(st.text(max_size=40), st.just(KOREAN_TITLE)))
def test_passages_tile_the_article_and_fit_the_model(
    text: str, title: str, embedder: Embedder
) -> None:
    of = article(text, title)
    passages = split(of, embedder.count_tokens)
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    assert len({p.id for p in passages}) == len(passages)
    covered = [0] * len(text)
    for passage in passages:
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end
        assert counted(passage, of, embedder) <= WINDOW
        for start, end in passage.sentences:
            for i in range(start, end):
                covered[i] += 1
    assert all(a.end <= b.start for a, b in pairwise(passages))
    assert all(n == 1 if text[i].isalnum() else n <= 1 for i, n in enumerate(covered))


@pytest.mark.parametrize("name", TEXTS)
def test_every_kind_of_text_fits_and_loses_no_letter(name: str, embedder: Embedder) -> None:
    of = article(TEXTS[name])
    passages = split(of, embedder.count_tokens)
    inside = {i for p in passages for s in p.sentences for i in range(s.start, s.end)}
    assert not [c for i, c in enumerate(of.text) if c.isalnum() and i not in inside]
    assert all(counted(p, of, embedder) <= WINDOW for p in passages)
    assert max((s.end - s.start for p in passages for s in p.sentences), default=0) <= 2_000


@pytest.mark.parametrize("name", ["prose", "hard-wrapped", "german", "chinese", "table"])
def test_a_sentence_that_fits_is_never_cut(name: str, embedder: Embedder) -> None:
    of = article(TEXTS[name])
    kept = [s for p in split(of, embedder.count_tokens) for s in p.sentences]
    assert kept == sentence_spans(of.text, of.language)


def test_only_the_sentence_that_is_too_long_is_cut(embedder: Embedder) -> None:
    long = TEXTS["one sentence too long"]
    of = article(f"It rained. {long} Then it stopped.")
    texts = [
        of.text[s.start : s.end] for p in split(of, embedder.count_tokens) for s in p.sentences
    ]
    assert texts[0] == "It rained."
    assert texts[-1] == "Then it stopped."
    assert len(texts) > 3
    assert all(t.startswith(("and", "then", "the", "river", "rose")) for t in texts[1:-1])


def test_an_accent_stays_with_its_letter_where_a_line_is_cut(embedder: Embedder) -> None:
    of = article(COMBINING)
    starts = [s.start for p in split(of, embedder.count_tokens) for s in p.sentences]
    assert len(starts) > 1
    assert not any(unicodedata.combining(of.text[start]) for start in starts)


def test_ids_depend_on_content_and_place_only(embedder: Embedder) -> None:
    def ids(of: Article) -> list[str]:
        return [p.id for p in split(of, embedder.count_tokens)]

    of = article(PROSE * 10)
    assert ids(of) == ids(article(PROSE * 10))
    assert not set(ids(of)) & set(ids(article(PROSE * 10 + "One more.")))
    assert not set(ids(of)) & set(ids(article(PROSE * 10, title="Another title")))
    assert not set(ids(of)) & set(ids(Article("b.txt", of.title, of.text, published=of.published)))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "Mr. Halloway left at 3.30 p.m. on Tuesday. He won.",
            ["Mr. Halloway left at 3.30 p.m. on Tuesday.", "He won."],
        ),
        ("Wait. Wait. Wait.", ["Wait.", "Wait.", "Wait."]),
        (
            WRAPPED,
            [
                "The council voted on Monday evening to keep the swimming pool\nopen for another "
                "winter, although the roof has to be mended before\nthe first frost.",
                "Nobody spoke against it.",
                "The vote was 12 to 3.",
            ],
        ),
        ("Rain\nWind\nSnow", ["Rain", "Wind", "Snow"]),
    ],
)
def test_sentences_as_a_reader_would_divide(text: str, sentences: list[str]) -> None:
    assert [text[s.start : s.end] for s in sentence_spans(text, "en")] == sentences


def test_chinese_sentences_end_at_their_own_stops() -> None:
    spans = sentence_spans(CHINESE, "zh")
    assert len(spans) == 32
    assert all(CHINESE[s.end - 1] in "。?!" for s in spans)


@given(st.text(max_size=400))
@example(KOREAN_TITLE)
def test_what_is_read_before_a_passage_leaves_it_room(title: str) -> None:
    line = context_line(article("Text.", title))
    assert line.endswith(" (2024-10-03)")
    kept = line.removesuffix(" (2024-10-03)")
    assert title.startswith(kept)
    assert len(unicodedata.normalize("NFD", kept)) <= 150
    assert kept == title or len(unicodedata.normalize("NFD", title)) > 150
