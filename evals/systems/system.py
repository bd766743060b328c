"""What a system is: a function from an item to a record, made for one suite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.engine import Engine
from assistant.errors import UsageError
from assistant.types import Article, Filters, Hit
from evals.items import Item, allowed
from evals.records import Place, Record

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

System = Callable[[Item], Record]

# How a model without structured output says that it does not know.
_REFUSAL = re.compile(
    r"\b(?:do(?:es)?|did|is|are|was|were|has|have|can|could)\s?(?:not|n't)\s+(?:\w+\s+){0,3}"
    r"(?:mention|specif|provide|contain|state|say|include|given|available|found|find|answer|"
    r"determin|clear|enough|information|disclose|indicate)|cannot|unable to|"
    r"\bI (?:do not|don.t) know|no (?:specific )?(?:information|mention|answer|details)|"
    r"not (?:mentioned|specified|provided|stated|available|given|clear)|empty response",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Workplace:
    """What a system may use on one suite.

    engine: with the articles of the suite in its index. articles: the same, by id.
    finding_only: only what was found counts; nothing is to be said.
    cache: a folder that belongs to these articles, for an index of the system's own.
    given_llm: a model that was passed in rather than named by the settings.
    """

    suite: str
    engine: Engine
    articles: Mapping[str, Article]
    finding_only: bool
    cache: Path
    given_llm: LLM | None = None

    @cached_property
    def llm(self) -> LLM:
        """The language model of the settings, apart from the engine's own.

        The embedded runtime keeps what it has read of one prompt for the next. Were it shared, each
        system would find the other's leavings there, and the times of both would be wrong.
        Raises UsageError where the settings name none.
        """
        llm = self.given_llm or self._own.llm
        if llm is None:
            raise UsageError(
                "this system needs a language model, and --llm is none or its weights are missing",
                "Name one with --llm, or leave the systems plain and closed-book out.",
            )
        return llm

    @cached_property
    def _own(self) -> Engine:
        return Engine(self.engine.settings)

    @cached_property
    def second_engine(self) -> Engine:
        """Another engine on the same index with a language model of its own, for the same reason:
        it is asked right after ours, often with the same evidence."""
        return Engine(self.engine.settings, llm=self.given_llm)

    def filters(self, item: Item) -> Filters | None:
        """The articles that may answer the item; None means all."""
        only = allowed(item, self.articles)
        return None if only is None else Filters(articles=only)

    def close(self) -> None:
        self.engine.close()
        for name in ("_own", "second_engine"):
            if name in self.__dict__:
                self.__dict__[name].close()


def places(hits: Iterable[Hit]) -> tuple[Place, ...]:
    """Where the passages stand, best first, each once. A question in parts has hits for each."""
    ranked = sorted(hits, key=lambda hit: hit.rank)
    found = (Place(h.article.id, h.passage.start, h.passage.end) for h in ranked)
    return tuple(dict.fromkeys(found))


def refuses(text: str) -> bool:
    """Whether free text says that it has no answer: the only way the plain recipe can say so.

    A pattern, so it errs, the more so with models that refuse in other words.
    """
    return not text.strip() or bool(_REFUSAL.search(text))
