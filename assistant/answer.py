"""Question + evidence -> `Answer`, by whichever language model there is.

A small embedded model is left only what it must decide: the form of the answer is written for it
and it fills in whether, where from and what. Any other model behind LlamaIndex's `LLM` interface
is asked for the same as JSON. Without a model the best sentence is quoted. Knows nothing of Chroma.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant import prompts
from assistant.errors import LLMNonsense
from assistant.expectation import answers_in_kind, expected, fits
from assistant.types import Answer, Evidence, EvidenceSentence, Statement

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

    from assistant.llm import EmbeddedLLM

MAX_ANSWER_TOKENS = 64
# The label is read as one digit.
MAX_TEMPLATE_LABELS = 9
# Where the answer is not of the kind asked for, the next best sentence is tried.
MOST_TRIES = 2


def answer(evidence: Evidence, llm: LLM | None) -> Answer:
    """What `llm` answers from `evidence`; quotes the best sentence where `llm` is None.

    Raises LLMUnreachable and LLMNonsense.
    """
    if not evidence.sentences:
        return Answer(evidence.question, (), found=0.0, model="none")
    if llm is None:
        return by_quoting(evidence)
    from assistant.llm import EmbeddedLLM

    if isinstance(llm, EmbeddedLLM):
        return by_template(evidence, llm)
    return by_json(evidence, llm)


def by_quoting(evidence: Evidence) -> Answer:
    """The best sentence as the answer. `found` is 1: whether to trust it is decided later."""
    best = max(evidence.sentences, key=lambda s: s.score)
    return Answer(
        evidence.question, (Statement(best.text, (best.label,)),), found=1.0, model="none"
    )


def by_template(evidence: Evidence, llm: EmbeddedLLM) -> Answer:
    """The answer of a small model that fills in a form.

    Whether the evidence answers is read as P(true) against P(false); then, whatever that was, the
    label and the words, and the decision on silence is left to the caller. Asked to refuse in
    words, or to quote before answering, such a model does much worse (measured on SQuAD).
    """
    llm.prime(template_prefix(llm))
    shown = evidence.sentences[:MAX_TEMPLATE_LABELS]
    prompt = llm.template(_template_messages(shown, evidence.question))
    found, usage = llm.choose(prompt + '{"found":', ["true", "false"])
    opening = prompt + '{"found": true, "sentence": '
    labels, used = llm.choose(opening, [str(s.label) for s in shown])
    usage += used
    kind = expected(evidence.question)
    # A sentence without a number does not answer "how many", whatever the model prefers.
    likely = {str(s.label): labels[str(s.label)] * (0.2 + fits(kind, s.text)) for s in shown}
    text, chosen = "", ""
    for label in sorted(likely, key=lambda n: -likely[n])[:MOST_TRIES]:
        written = llm.write(
            f'{opening}{label}, "answer": "', max_tokens=MAX_ANSWER_TOKENS, stop=['"', "\n"]
        )
        usage += written.usage
        said = " ".join(written.text.rstrip("\\").split())
        in_kind = bool(said) and answers_in_kind(kind, said)
        if in_kind or not text:
            text, chosen = said, label
        if in_kind:
            break
    return Answer(
        question=evidence.question,
        statements=(Statement(text, (int(chosen),)),) if text else (),
        found=found["true"],
        model=llm.name,
        usage=usage,
    )


def by_json(evidence: Evidence, llm: LLM) -> Answer:
    """The answer of a model that can be trusted to write JSON of a given form."""
    from llama_index.core.base.llms.types import ChatMessage

    from assistant.llm import chat_json

    messages = [
        ChatMessage(role="system", content=prompts.CHAT_SYSTEM),
        ChatMessage(role="user", content=_task(evidence.sentences, evidence.question)),
    ]
    reply, usage = chat_json(llm, messages, "answer", prompts.CHAT_SCHEMA)
    found, conflict, statements = _statements(reply)
    return Answer(
        question=evidence.question,
        statements=statements,
        found=1.0 if found and statements else 0.0,
        model=llm.metadata.model_name,
        usage=usage,
        conflict=conflict,
    )


def template_prefix(llm: EmbeddedLLM) -> str:
    """The part of the prompt that is the same for every question."""
    marker = "\x02"
    text = llm.template([*_example_messages(), _message("user", marker)])
    return text[: text.index(marker)]


def _statements(reply: Any) -> tuple[bool, bool, tuple[Statement, ...]]:
    """`reply` as statements. Labels the model invented are kept: the check makes them visible."""
    try:
        statements = tuple(
            Statement(" ".join(str(s["text"]).split()), tuple(int(n) for n in s["labels"]))
            for s in reply["statements"]
            if str(s["text"]).strip()
        )
        return bool(reply["found"]), bool(reply.get("conflict")), statements
    except (KeyError, TypeError, ValueError, AttributeError):
        raise LLMNonsense(
            f"the language model's JSON is not of the form asked for: {json.dumps(reply)[:80]}",
            "Try another model, or use --llm none to answer by quoting.",
        ) from None


def _template_messages(sentences: Sequence[EvidenceSentence], question: str) -> list[ChatMessage]:
    return [*_example_messages(), _message("user", _task(sentences, question))]


def _task(sentences: Sequence[EvidenceSentence], question: str) -> str:
    """The evidence, its articles' headlines and dates above their sentences, and the question."""
    lines: list[str] = []
    above = ""
    for sentence in sentences:
        heading = f"({prompts.heading(sentence.article)})"
        if heading != above:
            lines.append(heading)
            above = heading
        lines.append(f"[{sentence.label}] {' '.join(sentence.text.split())}")
    return "\n".join(lines) + f"\n\nQuestion: {question}"


def _example_messages() -> list[ChatMessage]:
    messages = [_message("system", prompts.READ_SYSTEM)]
    for question, articles, label, text in prompts.READ_EXAMPLES:
        lines, number = [], 0
        for heading, sentences in articles:
            lines.append(f"({heading})")
            for sentence in sentences:
                number += 1
                lines.append(f"[{number}] {sentence}")
        messages.append(_message("user", "\n".join(lines) + f"\n\nQuestion: {question}"))
        reply = (
            f'{{"found": true, "sentence": {label}, "answer": "{text}"}}'
            if label
            else '{"found": false}'
        )
        messages.append(_message("assistant", reply))
    return messages


def _message(role: str, content: str) -> ChatMessage:
    from llama_index.core.base.llms.types import ChatMessage

    return ChatMessage(role=role, content=content)
