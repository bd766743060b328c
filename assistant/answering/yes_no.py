"""A yes/no question: the grounds first, then which of the two they mean.

A small language model begins with yes whatever it read, but how near it was to saying no tells, and
"No, because" makes it give the grounds. These are then judged alone, after six examples, without
the articles. On 17 tune questions of two corpora its own first word is right for 10, the same with
the line drawn at LEAN for 12, and both judgements together for 15 (in the sample that they were
looked at on). A model that does not show its probabilities is taken at its word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering import prompts
from assistant.answering.few_shot import messages
from assistant.types import Usage

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage

    from assistant.llm.embedded import Completion, EmbeddedLLM

# log(P(no) / P(yes)) of the first token from which on "no" is the likelier truth.
LEAN = -0.85
# Slot of the runtime that keeps the state of the examples.
SLOT = 1
_LEAST = 1e-4
_OPENING = re.compile(
    r"^\W*(?P<word>yes|no)\b\s*[,.:;–—-]*\s*(?:because\s+)?"
    r"(?:(?:according to )?the (?:[\w’']+ ){0,3}articles? (?:say|state|mention|report)s? that\s+)?",
    re.IGNORECASE,
)


def opening(text: str) -> str | None:
    """ "Yes" or "No", where the text begins with one of them."""
    match = _OPENING.match(text)
    return match["word"].capitalize() if match else None


def without_opening(text: str) -> str:
    """What a model wrote, without the yes or no that it begins with: the grounds alone."""
    rest = _OPENING.sub("", text)
    return f"{rest[:1].upper()}{rest[1:]}"


def leaning(first: Mapping[str, float]) -> float:
    """How much the first token leans to yes, in log-odds; 0 where it tells nothing."""
    yes, no = first.get("Yes", 0.0), first.get("No", 0.0)
    return LEAN - math.log((no + _LEAST) / (yes + _LEAST)) if yes + no else 0.0


def write(question: str, prompt: str, llm: EmbeddedLLM, tokens: int) -> Completion:
    """ "Yes, because ..." or "No, because ...", whichever the grounds mean."""
    begun = llm.write(prompt, max_tokens=1, stop=[])
    lean = leaning(begun.first)
    word = "Yes" if lean >= 0 else "No"
    grounds = llm.write(f"{prompt}{word}, because", max_tokens=tokens, stop=["\n\n"])
    means, used = _meant(question, without_opening(f"{word}, because{grounds.text}"), llm)
    word = "Yes" if lean + means >= 0 else "No"
    usage = begun.usage + grounds.usage + used
    return replace(begun, text=f"{word}, because{grounds.text}", usage=usage)


def _meant(question: str, grounds: str, llm: EmbeddedLLM) -> tuple[float, Usage]:
    """How much the grounds alone mean yes, in log-odds."""
    from assistant.llm.embedded import MARK

    llm.prime_messages(_judged("", MARK), slot=SLOT)
    shares, usage = llm.choose(llm.template(_judged(question, grounds)), ["Yes", "No"], slot=SLOT)
    return math.log((shares["Yes"] + _LEAST) / (shares["No"] + _LEAST)), usage


def _judged(question: str, grounds: str) -> list[ChatMessage]:
    examples = [
        (prompts.yes_no_task(asked, told), answer)
        for asked, told, answer in prompts.YES_NO_EXAMPLES
    ]
    return messages(prompts.YES_NO_SYSTEM, examples, prompts.yes_no_task(question, grounds))
