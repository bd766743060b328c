"""Access keys: kept as hashes, taken back at once, and not to be guessed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.access import LOCAL, MOST_SESSIONS, Access, Attempts
from assistant.errors import StoreError, UsageError


def test_a_key_opens_and_nothing_else_does(tmp_path: Path) -> None:
    access = Access(tmp_path / "store")
    mara, otto = access.add("mara"), access.add("otto")
    assert access.names() == ["mara", "otto"]
    assert access.user_of(mara) == "mara" and access.user_of(f" {otto}\n") == "otto"
    for wrong in ("", mara[:-1], mara + "a", mara.upper(), "é\ud800"):
        assert access.user_of(wrong) is None


def test_neither_a_key_nor_a_session_can_be_read_from_the_file(tmp_path: Path) -> None:
    access = Access(tmp_path)
    key = access.add("mara")
    token = access.open_session("mara")
    kept = (tmp_path / "access.json").read_text()
    assert key not in kept and token not in kept and len(key) == 32
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "access.json").stat().st_mode) == 0o600


def test_a_running_server_sees_keys_that_come_and_go(tmp_path: Path) -> None:
    """`assistant access` is another process than the server; a key taken back ends its sessions."""
    server, command = Access(tmp_path), Access(tmp_path)
    assert server.names() == []
    key = command.add("mara")
    token = server.open_session("mara")
    assert server.user_of(key) == command.session_user(token) == "mara"
    assert command.remove("mara") and not command.remove("mara")
    assert server.user_of(key) is None and server.session_user(token) is None
    assert command.add("mara") != key
    assert server.session_user(token) is None, "the old session is not the new key's"


def test_a_session_ends_when_it_is_closed_and_the_oldest_make_room(tmp_path: Path) -> None:
    access = Access(tmp_path)
    access.add("mara")
    tokens = [access.open_session("mara") for _ in range(MOST_SESSIONS + 3)]
    assert sum(access.session_user(t) == "mara" for t in tokens) == MOST_SESSIONS
    assert access.session_user(tokens[-1]) == "mara"
    access.close_session(tokens[-1])
    assert access.session_user(tokens[-1]) is None


def test_the_key_of_the_command_line_is_in_no_file(tmp_path: Path) -> None:
    access = Access(tmp_path, local_key="abc")
    assert access.user_of("abc") == LOCAL and access.names() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "local", "Mara", "../mara", "a/b", "a" * 41, ".mara", "a\n"])
def test_names_become_folders_so_only_plain_ones_are_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        Access(tmp_path).add(name)


def test_a_name_has_one_key(tmp_path: Path) -> None:
    access = Access(tmp_path)
    key = access.add("mara")
    with pytest.raises(UsageError, match="already"):
        access.add("mara")
    assert access.user_of(key) == "mara"


@pytest.mark.parametrize(
    "content", ["", "[]", '{"keys": {"a": 1}, "sessions": {}}', '{"keys": {}}']
)
def test_a_broken_file_lets_nobody_in(tmp_path: Path, content: str) -> None:
    """An unreadable list of keys must not look like a server that needs none."""
    (tmp_path / "access.json").write_text(content)
    access = Access(tmp_path)
    for call in (access.names, lambda: access.user_of("x"), lambda: access.session_user("x")):
        with pytest.raises(StoreError, match="cannot be read"):
            call()


def test_an_expired_session_is_none(tmp_path: Path) -> None:
    access = Access(tmp_path)
    access.add("mara")
    token = access.open_session("mara")
    path = tmp_path / "access.json"
    content = json.loads(path.read_text())
    for session in content["sessions"].values():
        session["until"] = 1
    path.write_text(json.dumps(content))
    assert Access(tmp_path).session_user(token) is None


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(st.tuples(st.sampled_from(["10.0.0.1", "10.0.0.2"]), st.floats(0, 40)), max_size=60)
)
def test_no_address_gets_more_than_five_attempts_in_any_five_minutes(
    attempts: list[tuple[str, float]],
) -> None:
    clock, made = Clock(), dict[str, list[float]]()
    limiter = Attempts(clock=clock)
    for address, pause in attempts:
        clock.now += pause
        if limiter.wait(address) == 0:
            limiter.failed(address)
            made.setdefault(address, []).append(clock.now)
    for times in made.values():
        assert all(b - a >= 300 for a, b in zip(times, times[5:], strict=False))


def test_who_waits_as_long_as_told_may_try_again() -> None:
    clock = Clock()
    limiter = Attempts(clock=clock)
    for _ in range(5):
        limiter.failed("10.0.0.1")
        clock.now += 1
    told = limiter.wait("10.0.0.1")
    assert told == 295 and limiter.wait("10.0.0.2") == 0
    clock.now += told
    assert limiter.wait("10.0.0.1") == 0


def test_many_machines_together_get_one_attempt_each_and_others_still_get_in() -> None:
    limiter = Attempts(in_all=20, clock=Clock())
    addresses = [f"10.0.0.{n}" for n in range(20)]
    for address in addresses:
        limiter.failed(address)
    assert all(limiter.wait(address) > 0 for address in addresses)
    assert limiter.wait("10.0.1.1") == 0


def test_all_addresses_of_one_ipv6_network_are_one() -> None:
    limiter = Attempts(clock=Clock())
    for n in range(5):
        limiter.failed(f"2001:db8::{n}")
    assert limiter.wait("2001:db8::ffff") > 0 and limiter.wait("2001:db8:0:1::1") == 0
    assert limiter.wait("::ffff:10.0.0.1") == 0
