"""Systems that keep the figures honest: each is good at one thing by doing nothing clever."""

from __future__ import annotations

import time

from assistant.types import Usage
from evals.items import Item
from evals.records import Cited, Record, Said, Seconds
from evals.systems.system import System, Workplace, places, refuses

CLOSED_BOOK_PROMPT = (
    "Answer the question in one short sentence from what you know. "
    'If you do not know the answer, say only "I do not know."\n\nQuestion: {question}\nAnswer:'
)
CLOSED_BOOK_TOKENS = 64


def always_abstain(work: Workplace) -> System:
    """Never says anything: what silence alone is worth."""

    def ask(item: Item) -> Record:
        return Record(
            work.suite, "always-abstain", item.id, text="", status="abstained", confidence=0.0
        )

    return ask


def first_passage(work: Workplace) -> System:
    """Copies the first passage found and cites it: what a quote alone is worth.

    A figure for which this does well does not show that anything was understood.
    """

    def ask(item: Item) -> Record:
        begin = time.perf_counter()
        hits = work.engine.search(item.question, None, work.filters(item))
        spent = time.perf_counter() - begin
        found = places(hits)
        text = hits[0].text if hits else ""
        return Record(
            work.suite,
            "first-passage",
            item.id,
            text=text,
            status="answered" if hits else "abstained",
            statements=(Said(text, (0,)),) if hits else (),
            citations=(Cited(*found[0], text),) if hits else (),
            retrieved=found,
            confidence=1.0 if hits else 0.0,
            seconds=Seconds(spent, spent, spent),
        )

    return ask


def closed_book(work: Workplace) -> System:
    """The language model without any article: what it knows, or makes up, by itself."""
    from llama_index.core.base.llms.types import ChatMessage

    from evals.systems.plain import CountingLLM

    counting = CountingLLM(inner=work.llm)

    def ask(item: Item) -> Record:
        counting.used = Usage()
        begin = time.perf_counter()
        prompt = CLOSED_BOOK_PROMPT.format(question=item.question)
        response = counting.chat(
            [ChatMessage(role="user", content=prompt)], max_tokens=CLOSED_BOOK_TOKENS
        )
        spent = time.perf_counter() - begin
        text = (response.message.content or "").strip()
        declined = refuses(text)
        return Record(
            work.suite,
            "closed-book",
            item.id,
            text="" if declined else text,
            status="abstained" if declined else "answered",
            statements=(Said(text),),
            seconds=Seconds(0.0, spent, spent),
            prompt_tokens=counting.used.prompt_tokens,
            completion_tokens=counting.used.completion_tokens,
        )

    return ask
