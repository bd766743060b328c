"""Who may use a server that others can reach: access keys, sessions of browsers, failed attempts.

A key is a random secret of 160 bits, shown once when it is made. The store keeps only SHA-256
hashes, in ``access.json``; against so many bits nothing can be guessed, so a slow hash would only
slow down the server.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import re
import secrets
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.errors import StoreError, UsageError

LOCAL = "local"  # whoever sits at this machine, where no key is needed
SESSION_SECONDS = 30 * 24 * 3600
MOST_SESSIONS = 20  # of one name; the oldest goes
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def new_secret() -> str:
    """160 random bits as 32 letters and digits that survive being read out."""
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()


def proof(local_key: str, challenge: str) -> str:
    """The answer to `challenge` by who has `local_key`."""
    return hmac.new(local_key.encode(), challenge.encode(), hashlib.sha256).hexdigest()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.strip().encode("utf-8", "replace")).hexdigest()


class Access:
    """The access keys of the store in `folder`, and the sessions they opened.

    local_key: a further key that is kept in memory only; its user is `LOCAL`.
    attempts: the failed ones, counted by whoever asks for keys.
    Each call sees what other processes changed. All raise StoreError where the file is broken or
    cannot be written.
    """

    def __init__(self, folder: Path, *, local_key: str | None = None) -> None:
        self._file = folder / "access.json"
        self.local_key = local_key
        self.attempts = Attempts()
        self._read: tuple[tuple[int, int] | None, dict[str, Any]] = (None, _nothing())

    def add(self, name: str) -> str:
        """A new key for `name`. Raises UsageError where the name has one or cannot be a name."""
        if not _NAME.fullmatch(name) or name == LOCAL:
            raise UsageError(
                f"'{name}' cannot be the name of an access key",
                "Use up to 40 lower-case letters, digits, dots, hyphens and underscores.",
            )
        key = new_secret()
        with self._changing() as content:
            if name in content["keys"]:
                raise UsageError(
                    f"'{name}' has an access key already",
                    f"For a new one: assistant access remove {name}, then add it again.",
                )
            content["keys"][name] = {"sha256": _hashed(key), "made": int(time.time())}
        return key

    def remove(self, name: str) -> bool:
        """Take back the key of `name` and end its sessions; False where there is none."""
        with self._changing() as content:
            there = content["keys"].pop(name, None) is not None
            content["sessions"] = {
                token: s for token, s in content["sessions"].items() if s["name"] != name
            }
        return there

    def names(self) -> list[str]:
        """Who has a key, sorted."""
        return sorted(self._content()["keys"])

    def user_of(self, key: str) -> str | None:
        """The name behind a key, or None. Takes as long whether it is nearly right or not."""
        user, hashed = None, _hashed(key)
        for name, known in self._content()["keys"].items():
            if hmac.compare_digest(known["sha256"], hashed):
                user = name
        if self.local_key and hmac.compare_digest(_hashed(self.local_key), hashed):
            user = LOCAL
        return user

    def prove(self, challenge: str) -> str | None:
        """What only a holder of the local key can answer to `challenge`; None without one.

        The command line asks for it before it sends anything to what may be another's server.
        """
        return proof(self.local_key, challenge) if self.local_key else None

    # Sessions ------------------------------------------------------------------------------

    def open_session(self, name: str) -> str:
        """A token for the cookie of a browser in which `name` gave the key."""
        token, now = new_secret(), int(time.time())
        with self._changing() as content:
            sessions = {t: s for t, s in content["sessions"].items() if s["until"] > now}
            own = sorted((s["until"], t) for t, s in sessions.items() if s["name"] == name)
            for _, oldest in own[: max(len(own) + 1 - MOST_SESSIONS, 0)]:
                del sessions[oldest]
            sessions[_hashed(token)] = {"name": name, "until": now + SESSION_SECONDS}
            content["sessions"] = sessions
        return token

    def session_user(self, token: str) -> str | None:
        """The name whose session it is, or None where it has ended or never was."""
        content = self._content()
        session = content["sessions"].get(_hashed(token))
        if session is None or session["until"] <= time.time():
            return None
        return session["name"] if session["name"] in content["keys"] else None

    def close_session(self, token: str) -> None:
        if _hashed(token) in self._content()["sessions"]:
            with self._changing() as content:
                content["sessions"].pop(_hashed(token), None)

    # The file ------------------------------------------------------------------------------

    def _content(self) -> dict[str, Any]:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return _nothing()
        except OSError as error:
            raise self._unreadable(error) from error
        stamp = (found.st_mtime_ns, found.st_ino)
        if self._read[0] != stamp:
            self._read = (stamp, self._parsed())
        return self._read[1]

    def _parsed(self) -> dict[str, Any]:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            for known in content["keys"].values():
                known["sha256"].encode()
            for session in content["sessions"].values():
                session["name"], session["until"] + 0
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # To take a broken file for an empty one would let everybody in, or nobody.
            raise self._unreadable(error) from error
        return dict(content)

    def _unreadable(self, error: Exception) -> StoreError:
        return StoreError(
            f"{self._file}: the access keys cannot be read: {error}",
            "Mend the file, or delete it and make new keys with: assistant access add NAME",
        )

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """The content, to be changed; written at the end, unless the block raises."""
        from filelock import FileLock

        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._file.with_suffix(".lock")):
                content = json.loads(json.dumps(self._content()))
                yield content
                self._write(json.dumps(content, indent=1))
        except OSError as error:
            raise StoreError(
                f"{self._file}: cannot be written: {error.strerror or error}",
                "Check that the folder exists and that you may write to it.",
            ) from error

    def _write(self, text: str) -> None:
        # mkstemp makes it with mode 0600 from the start.
        handle, temporary = tempfile.mkstemp(dir=self._file.parent, prefix=self._file.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(self._file)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise


def _nothing() -> dict[str, Any]:
    return {"keys": {}, "sessions": {}}


class Attempts:
    """Failed attempts to get in, counted for each address and in all.

    An address that failed `each` times within `seconds` has to wait. When `everybody` together
    failed `in_all` times, so does every address that failed at all: many machines that guess
    together get one attempt each, and whoever makes no mistake still gets in.
    """

    def __init__(
        self,
        each: int = 5,
        in_all: int = 200,
        seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._each = each
        self._in_all = in_all
        self._seconds = seconds
        self._clock = clock
        self._failed: deque[tuple[float, str]] = deque(maxlen=10_000)
        self._lock = threading.Lock()

    def wait(self, address: str) -> float:
        """Seconds until `address` may try again; 0 where it may now."""
        with self._lock:
            self._forget()
            network = _network(address)
            own = [when for when, by in self._failed if by == network]
            allowed = self._each if len(self._failed) < self._in_all else 1
            if len(own) < allowed:
                return 0.0
            return max(own[-allowed] + self._seconds - self._clock(), 0.0)

    def failed(self, address: str) -> None:
        """Note that `address` gave a key that is none."""
        with self._lock:
            self._forget()
            self._failed.append((self._clock(), _network(address)))

    def _forget(self) -> None:
        oldest = self._clock() - self._seconds
        while self._failed and self._failed[0][0] <= oldest:
            self._failed.popleft()


def _network(address: str) -> str:
    """One machine: an IPv4 address, or the /64 that one holder of IPv6 addresses has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
