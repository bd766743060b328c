"""RealTimeQA (Kasai et al., 2023): news quizzes asked in the open, over articles of those years.

    articles.jsonl    {"url", "title", "text"} a line
    questions.jsonl   {"id", "question", "choices", "gold", "answerable"} a line

Both may be packed (.gz). The quiz's choices are not shown to who answers: an answer is right that
says the right choice, in one of its forms (`forms`), and no other. A question that no article
answers is to be left unanswered. The id begins with the day of the quiz; which half a question is
of is decided by its id alone. An article has the day that its address names, if it names one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from assistant.errors import AssistantError
from assistant.grounding import locate
from assistant.reading.dates import is_date
from assistant.reading.text import canonical
from evals.items import Item
from evals.suites.lines import json_lines
from evals.suites.suite import Document, Documents, Source, Suite

FILE = "realtime.jsonl"
SEE = "evals/suites/realtime.py"

_DAY = re.compile(r"/(20\d\d)/(\d\d?)/(\d\d?)/")
_QUOTED = " \"“”'‘’."
_TITLE = re.compile(
    r"^(?:the )?(?:[A-Z][a-z]+ )?(?:former )?(?:(?:vice )?president|prime minister|"
    r"gov|sen|rep|mr|mrs|ms|dr|king|queen|pope)\b\.? ",
    re.IGNORECASE,
)
_KIND_OF_PLACE = re.compile(r" (?:city|college|university|(?:international )?airport)$", re.I)
# Names with which people call one and the same thing, each beside its others.
_SAME = (
    ("USA", "US", "U.S.", "U.S.A.", "United States", "America"),
    ("United Kingdom", "UK", "U.K.", "Britain", "Great Britain"),
    ("New York City", "NYC"),
    ("Academy Awards", "Oscars", "Academy Award"),
    ("International Space Station", "ISS"),
    ("Monkeypox", "mpox"),
    ("Covid-19", "Covid", "coronavirus"),
)


def realtime(source: Source) -> Suite:
    """All articles in one index; every question asked as it stands.

    Raises DataMissing for files that are not there, AssistantError for a bad line.
    """
    articles = source.file("RealTimeQA's articles", "articles.jsonl", "articles.jsonl.gz")
    questions = source.file("RealTimeQA's questions", "questions.jsonl", "questions.jsonl.gz")
    documents = [
        Document(
            f"{number:04d}",
            str(raw["title"]),
            canonical(str(raw["text"])),
            url=str(raw["url"]),
            published=day(str(raw["url"])),
        )
        for number, raw in enumerate(json_lines(articles, "url", "title", "text", see=SEE), 1)
    ]
    keys = ("id", "question", "choices", "gold", "answerable")
    return Suite(
        "realtime",
        "RealTimeQA, a news quiz: open answers, held against the quiz's choices",
        tuple(_item(raw) for raw in json_lines(questions, *keys, see=SEE)),
        Documents(FILE, tuple(documents)),
        notes=(
            "an answer that names a second choice is wrong, even where it denies that one",
            "which articles are needed is not known, so nothing is said of finding",
            "who answers is not told the day of the quiz, though many questions say 'this week'",
        ),
    )


def day(url: str) -> str:
    """The day that a news address names, as 2023-08-25; empty where it names none."""
    for found in _DAY.finditer(url):
        year, month, date = map(int, found.groups())
        if is_date(year, month, date):
            return f"{year}-{month:02d}-{date:02d}"
    return ""


def split_of(question: str) -> str:
    """The half that the question of this id is in."""
    return "report" if int(hashlib.sha256(question.encode()).hexdigest(), 16) % 2 else "tune"


def _item(raw: dict[str, Any]) -> Item:
    gold, choices = str(raw["gold"]), [str(choice) for choice in raw["choices"]]
    name, question = str(raw["id"]), " ".join(str(raw["question"]).split())
    if gold not in choices:
        raise AssistantError(f"question {name}: {gold!r} is not one of its choices", f"See {SEE}.")
    right = forms(gold, choices)
    wrong = [spelt for choice in choices if choice != gold for spelt in _spelt(choice)]
    answerable = bool(raw["answerable"])
    return Item(
        id=name,
        question=question,
        answers=(right,) if answerable else (),
        answerable=answerable,
        kind="fact" if answerable else "unanswerable",
        false_answers=tuple(w for w in wrong if _tells(w, question, right)),
        cluster=name,
        split=split_of(name),
    )


def _tells(wrong: str, question: str, right: Sequence[str]) -> bool:
    """Whether an answer that says this wrong choice chooses it. Not where the question says it too,
    or the right choice is a part of it; nor the film "Up", which is a word of any answer."""
    if (len(wrong) < 3 and wrong.isalpha()) or locate(wrong, question):
        return False
    return not any(locate(form, wrong) for form in right)


def forms(gold: str, choices: Sequence[str]) -> tuple[str, ...]:
    """How an answer may say the choice `gold`: as it stands, and as people shorten it.

    A person or a team may be called by the last word alone where the choices are names of several
    words and no two end alike.
    """
    found = _spelt(gold)
    for text in list(found):
        found.append(_KIND_OF_PLACE.sub("", text))
        found += [same for group in _SAME if text in group for same in group]
        if re.fullmatch(r"[^\W\d]+", text):
            found += [text.removesuffix("s")] if text.endswith("s") else [f"{text}s"]
        found.append(re.sub(r"(?<=\d)[-–](?=\d)", " to ", text))
    if _are_names([_spelt(choice)[-1] for choice in choices]):
        found.append(found[0].split()[-1])
    return tuple(dict.fromkeys(text for text in found if text))


def _spelt(choice: str) -> list[str]:
    """The choice without what quotes it; then, if it has one, without the title of a person."""
    bare = choice.strip(_QUOTED) or choice
    untitled = _TITLE.sub("", bare)
    return list(dict.fromkeys((bare, untitled)))


def _are_names(choices: Sequence[str]) -> bool:
    words = [choice.split() for choice in choices]
    several = sum(len(each) > 1 for each in words)
    last = [each[-1] for each in words]
    capital = all(word[:1].isupper() for each in words for word in each)
    return (
        several >= len(words) - 1
        and capital
        and len(set(last)) == len(last)
        and all(len(word) > 3 for word in last)
    )
