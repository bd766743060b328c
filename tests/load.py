"""Many people ask one server at once: is everybody answered, with their own answer, and does it
keep its memory? Then it is killed and started again.

    python tests/load.py [--people 20] [--questions 500] [--llm embedded:smollm2-135m]

Prints figures; exits with 1 where somebody got an error or another's answer.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

QUESTIONS = Path(__file__).parent.parent / "evals" / "questions"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--llm", default="embedded:smollm2-135m")
    wanted = parser.parse_args()
    with TemporaryDirectory() as store:
        with server(Path(store), wanted.llm) as (process, site):
            wrong = ask_all(site, process.pid, wanted.people, wanted.questions)
            process.send_signal(signal.SIGKILL)
            process.wait()
        with server(Path(store), wanted.llm) as (process, site):
            health = httpx.get(f"{site}/healthz").json()
            print(f"killed and started again: {health['articles']} articles, {health['status']}")
    sys.exit(bool(wrong))


@contextmanager
def server(store: Path, llm: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`assistant serve` as a process of its own, and its address."""
    command = ["serve", "--port", "0", "--llm", llm, "--store", str(store), "--quiet"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from assistant.cli import main; main()", *command],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def ask_all(site: str, pid: int, people: int, questions: int) -> int:
    """Everybody asks one question after the other. Returns how many went wrong."""
    asked = list(islice(many(), questions))
    seconds: list[float] = []
    wrong: list[str] = []
    lock = threading.Lock()

    def ask(question: str) -> None:
        begin = time.perf_counter()
        problem = problem_with(site, question)
        with lock:
            seconds.append(time.perf_counter() - begin)
            if problem:
                wrong.append(f"{question}: {problem}")
            if len(seconds) % 50 == 0 or len(seconds) == people:
                print(f"{len(seconds):4} answered, {memory(pid):6.0f} MB", flush=True)

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(ask, asked))
    tenths = statistics.quantiles(seconds, n=20)
    print(f"seconds from question to answer, {people} at once: median {tenths[9]:.1f}, ", end="")
    print(f"95th percentile {tenths[18]:.1f}, longest {max(seconds):.1f}")
    print(f"errors and answers to other questions: {len(wrong)} of {len(asked)}")
    for each in wrong[:10]:
        print("  ", each)
    return len(wrong)


def problem_with(site: str, question: str) -> str | None:
    """Asks, and says what is wrong with what comes back."""
    try:
        reply = httpx.post(f"{site}/v1/ask", json={"question": question}, timeout=900)
        answer = reply.json()
    except (httpx.HTTPError, ValueError) as error:
        return repr(error)
    if reply.status_code != 200:
        return f"{reply.status_code} {answer}"
    return None if answer["question"] == question else f"answered {answer['question']!r}"


def many() -> Iterator[str]:
    """The sample's questions, again and again, no two the same."""
    files = sorted(QUESTIONS.glob("*.jsonl"))
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    asked = [json.loads(line)["question"] for line in lines if line.strip()]
    for round_number in range(1_000):
        yield from (
            f"{question} ({round_number})" if round_number else question for question in asked
        )


def memory(pid: int) -> float:
    """Resident megabytes of a process, where the system tells."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return float("nan")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) / 1000 if found else float("nan")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
