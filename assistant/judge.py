"""A second opinion of the embedded model: does the text around the answer say what is asked?

Asked apart from the reading, with its own examples, and without telling the answer: a model that
has just found an answer is no judge of it, and one that is shown an answer likes it too well. On
the tune half of the sample questions P(yes) tells right answers from what is answered in vain with
an area under ROC of .87; asked "is that right?" with the answer it was .80, and the reading's own
P(found) .78 (n 52). Knows nothing of retrieval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant import prompts
from assistant.types import Evidence, Statement, Usage

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage

    from assistant.llm import EmbeddedLLM

SLOT = 1


def approval(evidence: Evidence, statement: Statement, llm: EmbeddedLLM) -> tuple[float, Usage]:
    """P(yes), 0 to 1, that the evidence around the statement's sentence says what is asked."""
    named = next((s for n in statement.labels if (s := evidence.by_label(n))), None)
    if named is None:
        return 0.0, Usage()
    llm.prime(judge_prefix(llm), slot=SLOT)
    beside = [s.text for s in evidence.sentences if s.passage_id == named.passage_id]
    heading = prompts.heading(named.article)
    task = _task(heading, " ".join(beside), evidence.question)
    prompt = llm.template([*_examples(), _message("user", task)])
    shares, usage = llm.choose(prompt, ["yes", "no"], slot=SLOT)
    return shares["yes"], usage


def judge_prefix(llm: EmbeddedLLM) -> str:
    """The part of the prompt that is the same for every question."""
    marker = "\x02"
    text = llm.template([*_examples(), _message("user", f"Text:\n{marker}")])
    return text[: text.index(marker)]


def _examples() -> list[ChatMessage]:
    messages = [_message("system", prompts.JUDGE_SYSTEM)]
    for heading, text, question, verdict in prompts.JUDGE_EXAMPLES:
        messages.append(_message("user", _task(heading, text, question)))
        messages.append(_message("assistant", verdict))
    return messages


def _task(heading: str, text: str, question: str) -> str:
    flat = " ".join(text.split())
    return f"Text:\n{heading}\n{flat}\n\nQuestion: {question}\nDoes the text say that?"


def _message(role: str, content: str) -> ChatMessage:
    from llama_index.core.base.llms.types import ChatMessage

    return ChatMessage(role=role, content=content)
