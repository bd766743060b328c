"""A language model as judge of answers: optional, apart from the other figures, and calibrated.

    question, reference, answer -> verdict
    pairs labelled by people    -> how far this judge with this prompt agrees with them

A judged figure is worth what its judge agrees with people, and a model prefers its own words
(Zheng et al., 2023). So `objections` lists why figures of this judge are not to be trusted, and
whoever shows them shows it first, in red.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.errors import AssistantError, LLMNonsense
from evals.statistics import Rows, interval, wilson

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

VERDICTS = ("correct", "partly", "wrong", "no answer")
LETTERS = "ABCD"
LABELS = Path(__file__).parent / "questions" / "judge-labels.jsonl"
# "Substantial" agreement begins here (Landis and Koch, 1977).
ENOUGH_KAPPA = 0.6

SYSTEM = (
    "You grade an answer to a question against the reference answer. The reference is right, "
    "whatever you know. Other words, another unit or another way to write a number are fine if "
    "they mean the same; more words are fine if they do not contradict it.\n"
    "A: correct, it says what the reference says\n"
    "B: partly, it says a part of the reference, or the right thing beside a wrong one\n"
    "C: wrong, it says something else\n"
    "D: no answer, it says that there is none, or nothing at all"
)
# (question, reference, answer, letter); invented, and none of them in the labelled set.
EXAMPLES: tuple[tuple[str, str, str, str], ...] = (
    ("Which company runs the night ferry?", "Tidewell Lines", "It is run by Tidewell.", "A"),
    ("When did the mill burn down?", "30 May 1998", "The mill burned down in 1989.", "C"),
    ("Who built the dam?", "Odo Farr and Lena Brisk", "Lena Brisk built it.", "B"),
    ("What did the bells cost?", "9,200 crowns", "The articles do not say.", "D"),
    ("How long is the canal?", "1.5 km", "1,500 metres", "A"),
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"verdict": {"enum": list(VERDICTS)}},
    "required": ["verdict"],
    "additionalProperties": False,
}


def judge(question: str, reference: str, answer: str, llm: LLM) -> str:
    """One of `VERDICTS`. An empty answer is "no answer" without asking.

    Raises LLMUnreachable, and LLMNonsense where the model does not keep to the form.
    """
    from assistant.llm import EmbeddedLLM, chat_json

    if not answer.strip():
        return VERDICTS[3]
    messages = [*_examples(), _message("user", _task(question, reference, answer))]
    if isinstance(llm, EmbeddedLLM):
        shares, _ = llm.choose(llm.template(messages), list(LETTERS))
        if not any(shares.values()):
            raise LLMNonsense(f"{llm.name} gives no verdict", "Try another model as judge.")
        return VERDICTS[LETTERS.index(max(shares, key=lambda letter: shares[letter]))]
    reply, _ = chat_json(llm, messages, "verdict", SCHEMA)
    verdict = reply.get("verdict") if isinstance(reply, dict) else None
    if verdict not in VERDICTS:
        raise LLMNonsense(
            f"the judge said {str(reply)[:80]!r}, which is no verdict",
            "Try another model as judge.",
        )
    return str(verdict)


def prompt_hash() -> str:
    """Of all that the judge is told but the pair itself; another prompt is another judge."""
    told = json.dumps([SYSTEM, EXAMPLES, SCHEMA, VERDICTS, _task("", "", "")], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Label:
    """A pair that a person has judged. `reference` may join several parts by "; "."""

    question: str
    reference: str
    answer: str
    verdict: str


def load_labels(path: Path) -> list[Label]:
    """The pairs of a JSON lines file: question, reference, answer, verdict. Raises AssistantError,
    with the line's number, for a line that is not of the form."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AssistantError(
            f"{path} cannot be read: {error}", "Check the path; it must be a UTF-8 text file."
        ) from None
    labels = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            label = Label(**json.loads(line))
            if not all(isinstance(value, str) for value in vars(label).values()):
                raise ValueError("every value must be text")
            if label.verdict not in VERDICTS:
                raise ValueError(f"verdict {label.verdict!r}")
        except (ValueError, TypeError) as error:
            raise AssistantError(
                f"{path}:{number}: not a labelled pair: {error}",
                "It needs question, reference, answer and verdict, one of " + ", ".join(VERDICTS),
            ) from None
        labels.append(label)
    if not labels:
        raise AssistantError(f"{path} has no labelled pair", "Label some answers by hand first.")
    return labels


@dataclass(frozen=True)
class Calibration:
    """How far a judge agrees with people. accuracy, kappa: with their 95 % interval.

    kappa: Cohen's, agreement beyond that of two who guess with the same frequencies; 1 is perfect,
        0 is guessing. confusion: rows are the people's verdicts, columns the judge's, both in the
        order of `VERDICTS`. no_verdict: pairs to which the judge gave none; they count as
        disagreement in accuracy and are not in kappa or confusion.
    """

    model: str
    prompt: str
    date: str
    n: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    kappa: float
    kappa_low: float
    kappa_high: float
    confusion: tuple[tuple[int, ...], ...]
    no_verdict: int = 0

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Calibration | None:
        """None where there is none. Raises AssistantError for a file of another form."""
        if not path.exists():
            return None
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**raw, "confusion": tuple(tuple(row) for row in raw["confusion"])})
        except (ValueError, TypeError, KeyError) as error:
            raise AssistantError(
                f"{path} is no calibration of a judge: {error}",
                "Run `assistant eval judge calibrate` again.",
            ) from None


def calibration_file(folder: Path, model: str) -> Path:
    """Where the calibration of this model with the present prompt is kept."""
    slug = re.sub(r"[^\w.-]+", "-", model)
    return folder / f"judge-{slug}-{prompt_hash()}.json"


def calibrate(
    labels: Sequence[Label], llm: LLM, progress: Callable[[int, int], None]
) -> Calibration:
    """Ask the judge about every labelled pair. progress: pairs done, pairs in all.

    Raises LLMUnreachable.
    """
    pairs: list[tuple[int, int]] = []
    silent = 0
    for number, label in enumerate(labels, 1):
        try:
            said = judge(label.question, label.reference, label.answer, llm)
            pairs.append((VERDICTS.index(label.verdict), VERDICTS.index(said)))
        except LLMNonsense:
            silent += 1
        progress(number, len(labels))
    rows = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    kappa = cohen_kappa(rows)
    limits = interval(rows, [str(n) for n in range(len(rows))], cohen_kappa, share=False)
    agreed = sum(a == b for a, b in pairs)
    low, high = wilson(agreed, len(labels))
    confusion = [[0] * len(VERDICTS) for _ in VERDICTS]
    for human, machine in pairs:
        confusion[human][machine] += 1
    return Calibration(
        model=llm.metadata.model_name,
        prompt=prompt_hash(),
        date=datetime.now(UTC).date().isoformat(),
        n=len(labels),
        accuracy=agreed / len(labels),
        accuracy_low=low,
        accuracy_high=high,
        kappa=kappa,
        kappa_low=limits[0] if limits else -1.0,
        kappa_high=limits[1] if limits else 1.0,
        confusion=tuple(tuple(row) for row in confusion),
        no_verdict=silent,
    )


def cohen_kappa(rows: Rows) -> float:
    """(agreement - chance) / (1 - chance) of rows (one's verdict, the other's) (Cohen, 1960).

    0 where chance alone would always agree, since nothing can be learnt from that, and for no rows.
    """
    if not len(rows):
        return 0.0
    agreement = float((rows[:, 0] == rows[:, 1]).mean())
    chance = sum(
        float((rows[:, 0] == v).mean()) * float((rows[:, 1] == v).mean()) for v in np.unique(rows)
    )
    return (agreement - chance) / (1 - chance) if chance < 1 else 0.0


def objections(
    calibration: Calibration | None, judge_model: str, answerers: Iterable[str]
) -> tuple[str, ...]:
    """Why figures of this judge are not to be trusted, in words; empty where nothing is known."""
    found = []
    if calibration is None:
        found.append(f"the judge {judge_model} has not been calibrated")
    elif (calibration.model, calibration.prompt) != (judge_model, prompt_hash()):
        found.append(
            f"the calibration is of {calibration.model} with prompt {calibration.prompt}, "
            f"not of {judge_model} with prompt {prompt_hash()}"
        )
    elif calibration.kappa < ENOUGH_KAPPA:
        found.append(
            f"the judge {judge_model} does not agree enough with people: kappa "
            f"{calibration.kappa:.2f} ({calibration.kappa_low:.2f} to "
            f"{calibration.kappa_high:.2f}), n {calibration.n}"
        )
    if judge_model in set(answerers):
        found.append(f"the judge {judge_model} also gave the answers")
    return tuple(found)


def calibration_text(calibration: Calibration, *, color: bool) -> str:
    """For a terminal: agreement with intervals and the table of verdicts."""
    c = calibration
    lines = [
        f"{c.model}, prompt {c.prompt}, {c.date}: {c.n} pairs",
        f"same verdict as a person: {c.accuracy:.2f} ({c.accuracy_low:.2f} to "
        f"{c.accuracy_high:.2f})",
        f"Cohen's kappa: {c.kappa:.2f} ({c.kappa_low:.2f} to {c.kappa_high:.2f})",
    ]
    if c.no_verdict:
        lines.append(f"no verdict: {c.no_verdict}")
    lines += ["", "person \\ judge".ljust(16) + "".join(v.rjust(11) for v in VERDICTS)]
    for verdict, row in zip(VERDICTS, c.confusion, strict=True):
        lines.append(verdict.ljust(16) + "".join(str(n).rjust(11) for n in row))
    if c.kappa < ENOUGH_KAPPA:
        lines += [
            "",
            red("Too little agreement: figures of this judge are not to be trusted.", color),
        ]
    return "\n".join(lines)


def red(text: str, color: bool) -> str:
    return f"\x1b[31m{text}\x1b[0m" if color else text


def _task(question: str, reference: str, answer: str) -> str:
    return f"Question: {_flat(question)}\nReference: {_flat(reference)}\nAnswer: {_flat(answer)}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _examples() -> list[ChatMessage]:
    messages = [_message("system", SYSTEM)]
    for question, reference, answer, letter in EXAMPLES:
        messages.append(_message("user", _task(question, reference, answer)))
        messages.append(_message("assistant", letter))
    return messages


def _message(role: str, content: str) -> ChatMessage:
    from llama_index.core.base.llms.types import ChatMessage

    return ChatMessage(role=role, content=content)
