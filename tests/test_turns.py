"""Turns: nobody starves, nobody is served twice at once, whoever leaves frees the place."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.errors import Busy
from assistant.turns import Ticket, Turns

ASKERS = st.sampled_from("abcde")


def leave(ticket: Ticket) -> None:
    with ticket:
        pass


def has_turn(ticket: Ticket) -> bool:
    return ticket.wait(0)


@given(st.lists(ASKERS, min_size=1, max_size=20))
def test_askers_take_turns_and_ahead_says_how_many_come_first(askers: list[str]) -> None:
    """With everybody in the queue before the first is done, the order is: one question of each in
    turn. What `ahead` said at the start is what then happens."""
    turns = Turns(at_once=1, most_waiting=20)
    tickets = [turns.take(who) for who in askers]
    said = {ticket: ticket.ahead for ticket in tickets}
    served: list[Ticket] = []
    while len(served) < len(tickets):
        (now,) = [t for t in tickets if t not in served and has_turn(t)]
        served.append(now)
        leave(now)
    assert [said[ticket] for ticket in served] == list(range(len(served)))
    for who in set(askers):
        own = [t for t in tickets if t.who == who]
        assert [t for t in served if t.who == who] == own, "each asker's own order is kept"


class Coming(RuleBasedStateMachine):
    """People come, are served and leave in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns(at_once=2, most_waiting=6)
        self.open: list[Ticket] = []
        # For each waiting ticket: how often each asker was served since it came, and how often its
        # own asker was put behind the others, because one of theirs was served or done.
        self.passed: dict[Ticket, dict[str, int]] = {}
        self.put_behind: dict[Ticket, int] = {}

    def waiting(self) -> list[Ticket]:
        return [t for t in self.open if not has_turn(t)]

    def note_served(self, before: list[Ticket]) -> None:
        for now in [t for t in before if has_turn(t)]:
            self.passed.pop(now, None)
            for counts in self.passed.values():
                counts[now.who] = counts.get(now.who, 0) + 1
            self.note_put_behind(now.who)

    def note_put_behind(self, who: str) -> None:
        for ticket in self.passed:
            self.put_behind[ticket] = self.put_behind.get(ticket, 0) + (ticket.who == who)

    @rule(who=ASKERS)
    def come(self, who: str) -> None:
        full = len(self.waiting()) >= 6
        try:
            ticket = self.turns.take(who)
        except Busy as busy:
            assert full and "6 questions wait" in busy.message and busy.hint
            return
        assert not full
        self.open.append(ticket)
        if not has_turn(ticket):
            self.passed[ticket] = {}

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.open))
        before = [t for t in self.waiting() if t is not ticket]
        if has_turn(ticket):
            self.note_put_behind(ticket.who)
        self.open.remove(ticket)
        self.passed.pop(ticket, None)
        leave(ticket)
        self.note_served(before)

    @invariant()
    def no_more_than_two_at_once_and_no_idle_place(self) -> None:
        working = len(self.open) - len(self.waiting())
        assert working == min(2, len(self.open))
        assert self.turns.waiting == len(self.waiting())

    @invariant()
    def nobody_is_passed_twice_by_the_same_asker(self) -> None:
        """Unless its own asker had a turn meanwhile, each of which lets the others by once."""
        for ticket in self.waiting():
            others = {w: n for w, n in self.passed[ticket].items() if w != ticket.who}
            rounds = 1 + self.put_behind.get(ticket, 0)
            assert all(n <= rounds for n in others.values()), (ticket.who, others)

    @invariant()
    def nothing_is_kept_of_those_who_left(self) -> None:
        assert set(self.turns._queues) <= {ticket.who for ticket in self.open}


TestComing = Coming.TestCase


def test_whoever_comes_while_another_is_served_goes_before_that_ones_next_question() -> None:
    turns = Turns()
    first, *more = [turns.take("eager") for _ in range(10)]
    other = turns.take("other")
    assert [first.ahead, other.ahead, more[0].ahead] == [0, 1, 2]
    leave(first)
    assert has_turn(other) and not has_turn(more[0])


def test_a_full_queue_says_so_and_a_place_that_is_given_up_can_be_had() -> None:
    turns = Turns(at_once=1, most_waiting=1)
    turns.take("a")
    waiting = turns.take("b")
    with pytest.raises(Busy, match="1 question waits already"):
        turns.take("c")
    leave(waiting)
    assert turns.take("c").ahead == 1


def test_the_place_is_given_up_when_an_answer_fails() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.take("a"):
        raise ZeroDivisionError
    assert has_turn(turns.take("b"))


def test_threads_wait_for_their_turn_and_never_work_at_once() -> None:
    turns = Turns(at_once=1, most_waiting=50)
    at_work: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with turns.take(f"asker {number % 7}") as ticket:
            assert ticket.wait(30)
            at_work.append(number)
            most.append(len(at_work))
            at_work.remove(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 40
