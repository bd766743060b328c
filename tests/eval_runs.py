"""A run in a folder, made by hand: two suites, two systems, and texts that mean harm."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.types import Article
from evals.items import Item, Quote
from evals.records import Cited, Place, Record, RecordFile, Said, Seconds
from evals.runs import Run, write_suite

# What a page must never obey, whether it comes from an article, a model or a file name.
HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=https://evil.example/a.png onerror=\"document.title='owned'\">",
    '"><svg onload=alert(1)>',
    "[link](javascript:alert(1))",
    "{{ 7 * 7 }} {% raw %}",
    "user\u202etxt.exe\u2066",
    "]]><!-- <!--<script>",
)
BRIDGE = Article(
    "a/bridge.md",
    "The bridge & its cost",
    "The council met on Monday.\n\nThe bridge will cost 18.4 million crowns. It opens in May.",
    source="The Gazette",
)


def hostile_article() -> Article:
    return Article("a/<b>.md", HOSTILE[0], "\n\n".join(HOSTILE) + "\n\nThe mill has 240 looms.")


def items() -> list[Item]:
    quote = "The bridge will cost 18.4 million crowns."
    bridge = Item(
        "q-bridge",
        "What will the bridge cost?",
        (("18.4 million",),),
        gold=(("a/bridge.md",),),
        evidence=(Quote("a/bridge.md", quote),),
        false_answers=("21 million",),
        cluster="bridge",
        split="tune",
    )
    mill = Item(
        "q-mill" + HOSTILE[1],
        f"How many looms? {HOSTILE[0]}",
        (("240",),),
        gold=(("a/<b>.md",),),
        evidence=(Quote("a/<b>.md", "The mill has 240 looms."),),
        cluster="mill",
        split="tune",
    )
    silent = Item(
        "q-silent", "Who owns the mill?", answerable=False, kind="unanswerable", cluster="silent",
        split="tune",
    )  # fmt: skip
    kept = Item(
        "q-kept", "When does it open?", (("May",),), gold=(("a/bridge.md",),), cluster="kept",
        evidence=(Quote("a/bridge.md", "It opens in May."),), split="report",
    )  # fmt: skip
    return [bridge, mill, silent, kept]


def noise_items() -> list[Item]:
    return [
        Item(f"n-{ratio}-{n}", f"Looms, {ratio}, {n}?", (("240",),), kind=f"noise_{ratio}",
             gold=(("a/<b>.md",),), cluster=f"n-{n}")
        for ratio in (0, 40, 80)
        for n in range(2)
    ]  # fmt: skip


def record(suite: str, system: str, item: Item, text: str, confidence: float) -> Record:
    """A reply that cites the item's evidence; "" declines."""
    articles = {a.id: a for a in (BRIDGE, hostile_article())}
    cited = []
    for quote in item.evidence if text else ():
        start = articles[quote.article_id].text.find(quote.quote)
        cited.append(Cited(quote.article_id, start, start + len(quote.quote), quote.quote))
    places = tuple(Place(c.article_id, c.start, c.end) for c in cited)
    return Record(
        suite,
        system,
        item.id,
        text,
        "answered" if text else "abstained",
        (Said(text, tuple(range(len(cited))), "supported"),) if text else (),
        tuple(cited),
        retrieved=places,
        read=places,
        confidence=confidence,
        seconds=Seconds(0.1, 1.0, 2.0 + confidence),
        prompt_tokens=200,
        completion_tokens=10,
    )


def make(folder: Path, *, better: bool) -> Run:
    """`better`: the system "ours" answers the bridge right and not with what is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    articles = [BRIDGE, hostile_article()]
    write_suite(folder, "sample", items(), articles)
    write_suite(folder, "rgb", noise_items(), articles)
    manifest = {
        "suites": ["sample", "rgb"],
        "systems": ["ours", "plain"],
        "code": {"commit": "abc", "branch": HOSTILE[2]},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    file = RecordFile(folder / "records.jsonl")
    bridge, mill, silent, kept = items()
    right = "18.4 million crowns" if better else "21 million crowns"
    for system, said in (("ours", right), ("plain", HOSTILE[1])):
        file.append(record("sample", system, bridge, said, 0.9))
        file.append(record("sample", system, mill, " ".join(HOSTILE), 0.7))
        file.append(record("sample", system, silent, "", 0.2))
        file.append(record("sample", system, kept, "In May", 0.8))
        for n, item in enumerate(noise_items()):
            file.append(record("rgb", system, item, "240" if n % 2 else "7", 0.5))
    return Run.open(folder)
