"""Progress: a live line for people that leaves nothing behind, few lines for logs, or silence."""

from __future__ import annotations

import io
import os
import re
import threading
import time

import pytest

from assistant.terminal import TerminalProgress

pty = pytest.importorskip("pty", reason="needs pseudo-terminals")


def test_in_a_log_each_activity_has_a_first_and_a_last_line():
    log = io.StringIO()
    with TerminalProgress(log) as progress:
        for done in range(101):
            progress("Reading", done, 100, "articles")
    first, last = log.getvalue().splitlines()
    assert first == "Reading 100 articles…"
    assert re.fullmatch(r"Reading 100 articles: done in \d+\.\d s", last)


def test_in_a_log_lines_between_are_spaced_by_time():
    log = io.StringIO()
    progress = TerminalProgress(log, between=0)
    for done in range(4):
        progress("Fetching m", done * 10**6, 10**7, "bytes")
    assert log.getvalue().splitlines() == [
        "Fetching m 10.0 MB…",
        "Fetching m 1.0 of 10.0 MB",
        "Fetching m 2.0 of 10.0 MB",
        "Fetching m 3.0 of 10.0 MB",
    ]


def test_in_a_log_articles_have_a_rate_and_the_time_that_is_left():
    log = io.StringIO()
    progress = TerminalProgress(log, between=0)
    progress("Embedding", 0, 2_000, "articles")
    time.sleep(0.02)
    progress("Embedding", 50, 2_000, "articles")
    first, second = log.getvalue().splitlines()
    assert first == "Embedding 2,000 articles…"
    assert re.fullmatch(
        r"Embedding 50 of 2,000 articles, [\d.,]+ a (second|minute), about \d+ (s|min) left", second
    )


def test_in_a_log_an_activity_may_come_twice_and_two_may_alternate():
    log = io.StringIO()
    progress = TerminalProgress(log)
    for _ in range(2):
        for done in (0, 1, 2):
            progress("Reading", done, 2, "articles")
            progress("Embedding", done, 2, "passages")
    assert log.getvalue().count("Reading 2 articles…\n") == 2
    assert log.getvalue().count("Embedding 2 passages: done") == 2


def test_a_transfer_that_gave_way_to_another_is_over():
    """One source fails without a word of its end, the next begins: not two bars at once."""
    log = io.StringIO()
    progress = TerminalProgress(log)
    progress("Fetching m", 0, 10**7, "bytes")
    progress("hub failed", 0, 10**7, "bytes")
    progress("Fetching m", 10**6, 10**7, "bytes")
    assert log.getvalue().count("Fetching m 10.0 MB…\n") == 2


def test_a_step_without_a_total_is_announced_once():
    log = io.StringIO()
    progress = TerminalProgress(log)
    for _ in range(3):
        progress("Thinking", 0, None, "steps")
    assert log.getvalue() == "Thinking…\n"


def test_control_characters_of_names_stay_out():
    log = io.StringIO()
    TerminalProgress(log)("Reading \x1b[2Jevil\n", 0, None, "steps")
    assert log.getvalue() == "Reading evil…\n"


def test_quiet_is_silent():
    log = io.StringIO()
    with TerminalProgress(log, quiet=True) as progress:
        progress("Reading", 0, 2, "articles")
        progress("Reading", 2, 2, "articles")
    assert log.getvalue() == ""


def test_an_activity_that_reports_its_end_again_is_not_said_to_end_again():
    """A download tells 100 % once more after the last part, and again after checking it."""
    log = io.StringIO()
    with TerminalProgress(log) as progress:
        for done in (0, 5, 10, 10, 10):
            progress("Fetching m", done, 10, "bytes")
    assert log.getvalue().count("done in") == 1


def test_words_for_a_person_are_not_for_a_log():
    log = io.StringIO()
    with TerminalProgress(log) as progress:
        progress.show("Found: it costs 3 crowns")
    assert log.getvalue() == ""


@pytest.mark.parametrize("quiet", [False, True])
def test_words_stand_above_the_live_lines_and_go_with_them(monkeypatch, quiet):
    """Whatever an article says, the terminal obeys none of it."""
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        with TerminalProgress(stream, quiet=quiet) as progress:
            progress("Answering", 0, None, "steps")
            progress.show("Found: [bold]\x1b]0;evil\x07three crowns\x1b[2J")
        stream.write("ANSWER\n")
        stream.flush()
        received = b""
        while b"ANSWER\r\n" not in received:
            received += os.read(ours, 1 << 16)
    os.close(ours)
    seen = received.decode()
    assert ("Found: [bold]three crowns" in seen) == (not quiet)
    assert "evil" not in seen and "\x1b[2J" not in seen
    if not quiet:
        assert seen.index("Found") < seen.rindex("Answering")
        assert seen.endswith("\x1b[1A\x1b[2K\x1b[1A\x1b[2KANSWER\r\n"), "both lines are erased"


@pytest.mark.parametrize("interrupted", [False, True])
def test_on_a_terminal_the_live_line_shows_the_work_and_is_cleared(monkeypatch, interrupted):
    """Also when Ctrl-C ends the work: the cursor is back and the line is gone."""
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    received = bytearray()

    def receive() -> None:
        while b"ANSWER\r\n" not in received:
            received.extend(os.read(ours, 1 << 16))

    reader = threading.Thread(target=receive, daemon=True)
    reader.start()
    with os.fdopen(theirs, "w") as stream:
        try:
            with TerminalProgress(stream) as progress:
                progress("Loading [bold]", 0, None, "steps")
                progress("Fetching m", 2_000_000, 10_000_000, "bytes")
                progress.clear()
                progress("Reading", 3, 7, "articles")
                time.sleep(0.02)
                progress("Reading", 6, 7, "articles")
                time.sleep(0.2)  # it is drawn ten times a second
                if interrupted:
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            assert interrupted
        stream.write("ANSWER\n")
        stream.flush()
        reader.join(30)
    os.close(ours)
    seen = received.decode()
    assert "2.0 of 10.0 MB" in seen
    assert re.search(r"6 of 7 articles, [\d.,]+ a second", seen), "the rate"
    assert "0:00:0" in seen or "00:0" in seen, "the time left"
    hidden, shown = seen.count("\x1b[?25l"), seen.count("\x1b[?25h")
    assert hidden == shown == 2
    assert seen.endswith("\x1b[1A\x1b[2KANSWER\r\n")  # up one line, erase it, then the answer
