"""What is done in the background while somebody waits for it: one thing at a time."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from assistant.errors import AssistantError, Busy
from assistant.progress import Progress, Unit
from assistant.types import IngestReport

# So many that ended can still be looked at.
REMEMBERED = 50


@dataclass
class Job:
    """One piece of work. Its fields are set by the thread that does it, and only read by others.

    what: in words, to follow "Adding ". before: how many articles there were at the start.
    doing, done, total: the step in hand and how far it is; total None where it is not known.
    problem, hint: why it failed as a whole.
    """

    id: str
    what: str
    before: int
    started: float
    state: Literal["working", "done", "failed"] = "working"
    doing: str = ""
    done: int = 0
    total: int | None = None
    report: IngestReport = field(default_factory=IngestReport)
    problem: str = ""
    hint: str = ""


class Jobs:
    """The work in hand and what became of the last. May be used from several threads at once."""

    def __init__(self, count: Callable[[], int]) -> None:
        """count: tells how many articles there are now."""
        self.count = count
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def start(self, what: str, work: Callable[[Progress], IngestReport]) -> Job:
        """Do `work` in a thread of its own; it tells its progress to what it is given.

        Raises Busy while another job is at work.
        """
        with self._lock:
            if (other := self.working()) is not None:
                raise Busy(
                    f"articles are being added already: {other.what}",
                    "Wait until that is done, then try again.",
                )
            job = Job(secrets.token_urlsafe(12), what, self.count(), time.monotonic())
            self._jobs[job.id] = job
            for old in list(self._jobs)[:-REMEMBERED]:
                del self._jobs[old]
        # Nobody waits for it when the server ends: an ingest may be killed at any moment.
        threading.Thread(target=_do, args=(job, work), name="adding", daemon=True).start()
        return job

    def working(self) -> Job | None:
        return next((job for job in self._jobs.values() if job.state == "working"), None)

    def get(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)


def _do(job: Job, work: Callable[[Progress], IngestReport]) -> None:
    def tell(what: str, done: int, total: int | None, unit: Unit) -> None:
        job.doing, job.done, job.total = what, done, total

    try:
        job.report = work(tell)
        job.state = "done"
    except AssistantError as error:
        job.problem, job.hint = error.message, error.hint
        job.state = "failed"
    except Exception:  # the thread ends here; whoever waits must be told
        logging.getLogger(__name__).exception("adding articles failed")
        job.problem = "something went wrong that should not have"
        job.hint = "The log of the server says what. What was stored before is safe."
        job.state = "failed"
