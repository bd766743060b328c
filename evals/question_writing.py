"""Asks a language model for a question to one sentence.

The embedded model fills in a form and writes the answer first, so that it knows what it asks for;
any other is asked for the same as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import LLMNonsense
from assistant.types import Article

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

MOST_TOKENS = 48

SYSTEM = (
    "You write quiz questions about news. You are given one sentence of an article. Choose a fact "
    "in it: a name, a number, a date, a place or a reason. Write it as the answer, copied from the "
    "sentence letter by letter, and a question to which it is the only answer. The question must "
    "make sense to somebody who has not seen the article: name who and what it is about, use no "
    "pronouns, and use other words than the sentence."
)
# (headline, sentence before, sentence, answer, question); invented.
EXAMPLES: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "Harbour board names ferry operator (2023-03-02)",
        "Four firms had applied.",
        "The board chose Tidewell Lines on Monday to run the night ferry from May.",
        "Tidewell Lines",
        "Which company will operate ferries at night for the harbour board?",
    ),
    (
        "Lanford mill reopens (2022-08-20)",
        "The mill was built in 1871.",
        "It closed its doors when the river froze over and 240 weavers lost their work.",
        "240",
        "How many people became jobless at the end of the Lanford mill?",
    ),
    (
        "No marathon this year in Orrin (2021-09-14)",
        "",
        "The organisers cancelled the run because half of the stewards were ill, Mara Quill said.",
        "because half of the stewards were ill",
        "Why was the Orrin marathon of 2021 called off?",
    ),
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"answer": {"type": "string"}, "question": {"type": "string"}},
    "required": ["answer", "question"],
    "additionalProperties": False,
}


def propose(article: Article, before: str, sentence: str, llm: LLM) -> tuple[str, str]:
    """An answer and a question, as the model wrote them. Raises LLMNonsense and LLMUnreachable."""
    from assistant.llm import EmbeddedLLM, chat_json

    heading = f"{article.title} ({article.published})" if article.published else article.title
    messages = [*_examples(), _message("user", _task(heading, before, sentence))]
    if isinstance(llm, EmbeddedLLM):
        opening = llm.template(messages) + '{"answer": "'
        answer = llm.write(opening, max_tokens=MOST_TOKENS, stop=['"', "\n"]).text
        asking = f'{opening}{answer}", "question": "'
        question = llm.write(asking, max_tokens=MOST_TOKENS, stop=['"', "\n"]).text
        return _flat(answer), _flat(question)
    reply, _ = chat_json(llm, messages, "question", SCHEMA)
    try:
        return _flat(str(reply["answer"])), _flat(str(reply["question"]))
    except (KeyError, TypeError):
        raise LLMNonsense(
            f"the language model did not give an answer and a question: {str(reply)[:80]}",
            "Try another model.",
        ) from None


def _flat(text: str) -> str:
    return " ".join(text.rstrip("\\").split())


def _task(heading: str, before: str, sentence: str) -> str:
    lines = [f"Headline: {' '.join(heading.split())}"]
    if before:
        lines.append(f"Before it: {' '.join(before.split())}")
    return "\n".join([*lines, f"Sentence: {' '.join(sentence.split())}"])


def _examples() -> list[ChatMessage]:
    messages = [_message("system", SYSTEM)]
    for heading, before, sentence, answer, question in EXAMPLES:
        messages.append(_message("user", _task(heading, before, sentence)))
        messages.append(
            _message("assistant", f'{{"answer": "{answer}", "question": "{question}"}}')
        )
    return messages


def _message(role: str, content: str) -> ChatMessage:
    from llama_index.core.base.llms.types import ChatMessage

    return ChatMessage(role=role, content=content)
