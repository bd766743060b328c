"""Progress on standard error: a live line for people, a few plain lines for logs.

`TerminalProgress` is a `Progress` (see `assistant.progress`). On a terminal it draws one line per
activity and takes it away again in `clear`, so that results stand alone. Elsewhere it writes a
line when an activity starts, one when it ends, and now and then one in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from assistant.progress import Unit
from assistant.safety import one_line

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

SECONDS_BETWEEN_LINES = 5.0
# What goes by so quickly that its rate tells more than the time that each takes.
_COUNTED: tuple[Unit, ...] = ("files", "articles", "passages")


@dataclass
class _Activity:
    """What is known of one activity. `first`: how far it was when it was first heard of.
    `printed`: when its last plain line was written. `endless`: its total was not known then."""

    started: float
    printed: float
    first: int
    done: int
    unit: Unit
    endless: bool
    task: TaskID | None = None


class TerminalProgress:
    """A `Progress` that shows itself on `stream`; a context manager that clears it at the end.

    quiet: shows nothing at all.
    between: seconds between two plain lines of one activity, where `stream` is no terminal.
    """

    def __init__(
        self, stream: TextIO, *, quiet: bool = False, between: float = SECONDS_BETWEEN_LINES
    ) -> None:
        self._stream = stream
        self._quiet = quiet
        self._between = between
        self._live = stream.isatty()
        self._bars: Bars | None = None
        self._above = ""
        self._activities: dict[str, _Activity] = {}
        self._finished: tuple[str, int | None] | None = None

    def __call__(self, what: str, done: int, total: int | None, unit: Unit) -> None:
        if self._quiet:
            return
        whole = total is not None and done >= total
        if whole and self._finished == (what, total):
            return  # said already
        self._finished = (what, total) if whole else None
        activity = self._activities.get(what)
        if activity is not None and done < activity.done:  # the same thing once more
            self._end(what)
            activity = None
        if activity is None:
            activity = self._start(what, done, total, unit)
        activity.done = done
        if self._live:
            self._draw(what, activity, total, unit)
        else:
            self._log(what, activity, total, unit)

    def show(self, text: str) -> None:
        """A few words above the live lines, until `clear`; nothing where no person watches."""
        if self._live and not self._quiet:
            self._above = one_line(text)
            self._started().refresh()

    def clear(self) -> None:
        """Takes the live lines away; a later call starts anew."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
        self._activities.clear()
        self._above = ""

    def __enter__(self) -> TerminalProgress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()

    def _start(self, what: str, done: int, total: int | None, unit: Unit) -> _Activity:
        # A step that cannot say when it is over is over when the next begins; so is a transfer,
        # since there is never more than one, and it may have failed.
        for name, known in list(self._activities.items()):
            if known.endless or unit == known.unit == "bytes":
                self._end(name)
        now = time.monotonic()
        activity = _Activity(now, now, done, done, unit, endless=total is None)
        self._activities[what] = activity
        if not self._live and (total is None or done < total):
            self._write(f"{one_line(what)}{_amount(0, total, unit)}…")
        return activity

    def _end(self, what: str) -> None:
        task = self._activities.pop(what).task
        if self._bars is not None and task is not None:
            self._bars.remove_task(task)

    def _draw(self, what: str, activity: _Activity, total: int | None, unit: Unit) -> None:
        bars = self._started()
        if activity.task is None:
            activity.task = bars.add_task(one_line(what), total=total, unit=unit)
        finished = total is not None and activity.done >= total
        bars.update(activity.task, completed=activity.done, total=total, visible=not finished)

    def _started(self) -> Bars:
        if self._bars is None:
            self._bars = _bars(self._stream, lambda: self._above)
            self._bars.start()
        return self._bars

    def _log(self, what: str, activity: _Activity, total: int | None, unit: Unit) -> None:
        now = time.monotonic()
        if total is not None and activity.done >= total:
            self._write(
                f"{one_line(what)}{_amount(activity.done, None, unit)}: "
                f"done in {now - activity.started:.1f} s"
            )
            self._end(what)
        elif activity.done and now - activity.printed >= self._between:
            activity.printed = now
            left = ""
            if unit in ("questions", *_COUNTED):
                each = (now - activity.started) / max(activity.done - activity.first, 1)
                left = _left(each * (total - activity.done)) if total is not None else ""
                if unit in _COUNTED:
                    left = f", {_rate(1 / each if each else None)}{left}"
            self._write(f"{one_line(what)}{_amount(activity.done, total, unit)}{left}")

    def _write(self, line: str) -> None:
        with suppress(OSError):  # the work is not to fail for a note that cannot be written
            self._stream.write(line + "\n")
            self._stream.flush()


def _amount(done: int, total: int | None, unit: Unit) -> str:
    """How far an activity is, in words that follow its name; nothing where there is no number."""
    if unit == "steps" or (not done and total is None):
        return ""
    if unit == "bytes":
        shown, whole = f"{done / 1e6:.1f}", None if total is None else f"{total / 1e6:.1f} MB"
        return f" {shown} of {whole}" if done and whole else f" {whole or shown + ' MB'}"
    if total is None:
        return f" {done:,} {unit}"
    return f" {done:,} of {total:,} {unit}" if done else f" {total:,} {unit}"


def _rate(a_second: float | None) -> str:
    """How many in a second, or in a minute where they are slow; "" where nothing is known."""
    if not a_second:
        return ""
    if a_second < 1:
        return f"{a_second * 60:.0f} a minute"
    return f"{a_second:,.0f} a second" if a_second >= 10 else f"{a_second:.1f} a second"


def _left(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f", about {f'{minutes} min' if minutes else f'{seconds:.0f} s'} left"


def _bars(stream: TextIO, above: Callable[[], str]) -> Bars:
    """Rich's live display with our columns and words above them; loaded here since it is slow to
    import."""
    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Amount(ProgressColumn):
        """What is counted, with its rate where that tells something; mere steps show neither."""

        def render(self, task: Task) -> Text:
            unit: Any = task.fields["unit"]
            total = None if task.total is None else int(task.total)
            text = _amount(int(task.completed), total, unit).strip()
            if unit == "bytes" and task.speed:
                text += f", {task.speed / 1e6:.1f} MB/s"
            elif unit in _COUNTED and task.speed:
                text += f", {_rate(task.speed)}"
            return Text(text, style="progress.download")

    class Bar(BarColumn):
        def render(self, task: Task) -> Any:
            return Text("") if task.total is None else super().render(task)

    class Remaining(TimeRemainingColumn):
        def render(self, task: Task) -> Text:
            return Text("") if task.total is None else super().render(task)

    class Below(Progress):
        def get_renderables(self) -> Iterable[RenderableType]:
            if words := above():
                yield Text(words, style="dim")
            yield from super().get_renderables()

    return Below(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        Bar(bar_width=24),
        Amount(),
        Remaining(compact=True),
        console=Console(file=stream, markup=False),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
