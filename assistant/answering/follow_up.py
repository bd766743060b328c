"""A follow-up question and what was said before -> a question that stands alone; English.

Where there is a language model it writes the question anew; what it writes is only taken where it
adds nothing that was not said. Otherwise what the question leaves out is put in front of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering import prompts
from assistant.answering.few_shot import one_line
from assistant.lexical import terms
from assistant.types import Usage

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_REFERS_BACK = re.compile(
    r"\b(it|its|they|them|their|he|him|his|she|her|hers|this|that|these|those|there|then|"
    r"the same|former|latter|one|ones)\b",
    re.IGNORECASE,
)
# "Is there a new mayor in Harlow?" refers to nothing.
_EXPLETIVE = re.compile(
    r"\b(is|are|was|were|has|have|had|will|can|could|would|did) there\b"
    r"|\bthere (is|are|was|were|has|have|had|will|would)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\W*(and|but|so|or|also|what about|how about|same for|why\W*$|since when)\b", re.IGNORECASE
)
_ANSWER_WORDS = 30


def leans(question: str) -> bool:
    """Whether it refers to something it does not name."""
    said = _EXPLETIVE.sub(" ", question)
    return bool(
        _CONTINUES.match(question)
        or (_REFERS_BACK.search(said) and len(terms(question)) <= 5)
        or len(terms(question)) <= 1
    )


def standalone(
    question: str, history: Sequence[tuple[str, str]], llm: LLM | None = None
) -> tuple[str, Usage]:
    """`question` as one that can be understood alone, and what that took.

    history: (question, answer) pairs, oldest first. A question that names its own subject comes
    back unchanged, so a change of subject is not dragged back to the old one.
    Raises LLMUnreachable and LLMNonsense.
    """
    if not history or not leans(question):
        return question, Usage()
    before, answer = history[-1]
    whole, used = standalone(before, history[:-1], None)
    if llm is not None:
        written, spent = _rewritten(question, whole, answer, llm)
        used += spent
        repeats = _plain(written) in (_plain(whole), _plain(question))
        if not repeats and _adds_nothing(written, f"{question} {whole} {answer}"):
            return written, used
    spoken = " ".join(answer.split()[:12]).rstrip(".")
    said = f" ({spoken})" if spoken else ""
    return f"{whole.rstrip('?. ')}{said}. {question}", used


def _rewritten(question: str, before: str, answer: str, llm: LLM) -> tuple[str, Usage]:
    examples = [
        (_task(asked, said, then), whole) for asked, said, then, whole in prompts.FOLLOW_UP_EXAMPLES
    ]
    task = _task(before, answer, question)
    return one_line(prompts.FOLLOW_UP_SYSTEM, examples, task, llm)


def _plain(question: str) -> str:
    return question.casefold().strip(" ?.!")


def _adds_nothing(written: str, said: str) -> bool:
    """Whether it is a question, made of words that were said."""
    asked = set(terms(written))
    return written.endswith("?") and bool(asked) and asked <= set(terms(said))


def _task(question: str, answer: str, follow_up: str) -> str:
    spoken = " ".join(answer.split()[:_ANSWER_WORDS])
    return f"Question: {question}\nAnswer: {spoken}\nFollow-up: {follow_up}"
