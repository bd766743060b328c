"""The command line uses a server that runs on its store: the same output, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from served import application, quoting, running

from assistant import render
from assistant.access import Access
from assistant.cli import main
from assistant.engine import Engine
from assistant.errors import Busy, UsageError
from assistant.progress import silent
from assistant.remote import FILE, Note, Server, find, left_in, parse_hits
from assistant.safety import json_text
from assistant.store import FILE as ARTICLES
from assistant.turns import Turns
from assistant.types import Article, CheckedAnswer, Filters, Found, Hit, Nearest, Passage

models = pytest.mark.models
COST = "How much will the Old Mill Bridge cost?"
KEY = "k" * 32


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with quoting(tmp_path_factory.mktemp("quoting")) as engine:
        yield engine


@pytest.fixture(scope="module")
def turns() -> Turns:
    return Turns(most_waiting=0)


@pytest.fixture
def note(engine: Engine, turns: Turns) -> Iterator[Note]:
    """What a running server left in the store."""
    access = Access(engine.settings.store, local_key=KEY)
    with running(application(engine, turns, access=access)) as address:
        note = Note(address, os.getpid(), KEY, "none")
        with left_in(engine.settings.store, note):
            yield note


@st.composite
def hits(draw: st.DrawFn) -> Hit:
    text, start = draw(st.text(min_size=1)), draw(st.integers(0, 1000))
    optional = st.none() | st.text()
    article = Article(
        id=draw(st.text(min_size=1)),
        title=draw(st.text()),
        text=" " * start + text + draw(st.text()),
        source=draw(optional),
        url=draw(optional),
        published=draw(st.none() | st.dates()),
    )
    passage = Passage("id", article.id, 0, start, start + len(text), ())
    score = draw(st.floats(allow_nan=False, allow_infinity=False))
    others = st.builds(Nearest, st.text(min_size=1), st.text(), optional, st.none() | st.dates())
    also_in = tuple(draw(st.lists(others, max_size=2)))
    return Hit(draw(st.integers(1, 100)), score, passage, article, also_in=also_in)


@given(st.lists(hits(), max_size=5))
def test_found_passages_look_the_same_after_their_way_through_json(found: list[Hit]) -> None:
    said = render.hits_json("what?", found)
    for hit, each in zip(found, said["hits"], strict=True):
        each |= {"source": hit.article.source, "url": hit.article.url}
    back = parse_hits(json.loads(json.dumps(said)))
    assert render.hits_json("what?", back) == render.hits_json("what?", found)
    for links in (False, True):
        look = {"width": 80, "color": links, "links": links}
        assert render.hits_text(back, **look) == render.hits_text(found, **look)


@pytest.mark.parametrize("said", [None, {}, {"hits": 1}, {"hits": [{}]}, {"hits": [[]]}])
def test_what_are_no_hits_is_an_error_and_no_crash(said: object) -> None:
    with pytest.raises(ValueError, match="not the hits"):
        parse_hits(said)


class TestServer:
    pytestmark = models

    def test_it_answers_as_the_engine_does(self, engine: Engine, note: Note) -> None:
        server = find(engine.settings.store)
        assert server
        answer = server.ask(COST, Filters(), None, silent)
        assert isinstance(answer, CheckedAnswer)
        direct = engine.ask(COST)
        same = replace(answer, timings=direct.timings)
        assert render.answer_json(same) == render.answer_json(direct)
        look = {"width": 80, "color": False, "links": False}
        assert render.answer_text(same, **look) == render.answer_text(direct, **look)
        found = server.search(COST, 2, Filters())
        assert found and render.hits_text(found, **look) == render.hits_text(
            engine.search(COST, 2), **look
        )

    def test_filters_and_carefulness_arrive_and_errors_come_back(
        self, engine: Engine, note: Note
    ) -> None:
        server = find(engine.settings.store)
        assert server
        within = Filters(since=date(2025, 9, 1))
        found = server.search(COST, 9, within)
        assert found and {hit.article.id for hit in found} == {"fair.md"}
        answer = server.ask(COST, Filters(), 1.0, silent)
        assert answer and answer.status == "abstained"
        misspelt = Filters(sources=frozenset({"No Such Paper"}))
        with pytest.raises(UsageError, match="no article") as of_ask:
            server.ask(COST, misspelt, None, silent)
        with pytest.raises(UsageError, match="no article"):
            server.search(COST, 9, misspelt)
        assert "articles list" in of_ask.value.hint

    def test_what_was_found_and_the_wish_for_speed_pass_through(
        self, engine: Engine, note: Note
    ) -> None:
        server = find(engine.settings.store)
        assert server
        found: list[Found] = []
        answer = server.ask(COST, Filters(), None, silent, fast=True, on_found=found.append)
        assert answer and answer.found and found == [answer.found]

    def test_a_busy_server_says_so(self, engine: Engine, turns: Turns, note: Note) -> None:
        server = find(engine.settings.store)
        assert server
        with turns.take("somebody"), pytest.raises(Busy):
            server.ask(COST, Filters(), None, silent)

    def test_only_a_server_with_the_model_that_was_asked_for_will_do(
        self, engine: Engine, note: Note
    ) -> None:
        assert find(engine.settings.store, llm="none")
        assert find(engine.settings.store, llm="embedded:qwen2.5-coder-1.5b") is None

    def test_its_note_is_for_its_owner_and_goes_with_it(self, engine: Engine, note: Note) -> None:
        path = engine.settings.store / FILE
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        other = replace(note, pid=note.pid + 1)
        with left_in(engine.settings.store, replace(other, key="another")):
            pass
        assert not path.exists()

    def test_a_server_that_broke_off_is_no_answer(self, engine: Engine, note: Note) -> None:
        gone = Server(replace(note, address="http://127.0.0.1:1"))
        assert gone.ask(COST, Filters(), None, silent) is None
        assert gone.search(COST, 2, Filters()) is None


class TestCopies:
    """A copy of a store answers for itself, though the note of the original's server is in it."""

    pytestmark = models

    @pytest.mark.parametrize("hard_links", [False, True])
    def test_a_copy_is_not_the_servers(
        self, engine: Engine, note: Note, tmp_path: Path, hard_links: bool
    ) -> None:
        copy = tmp_path / "copy"
        how = os.link if hard_links else shutil.copy2
        shutil.copytree(engine.settings.store, copy, copy_function=how)
        assert (copy / FILE).exists()
        assert find(copy) is None and find(engine.settings.store)

    def test_by_another_name_it_is_the_same_store(
        self, engine: Engine, note: Note, tmp_path: Path
    ) -> None:
        (tmp_path / "link").symlink_to(engine.settings.store, target_is_directory=True)
        assert find(tmp_path / "link")

    def test_what_was_put_in_the_place_of_the_store_is_not_the_servers(
        self, note: Note, tmp_path: Path
    ) -> None:
        """A backup put back while the server runs on what was there before."""
        store = tmp_path / "store"
        store.mkdir()
        (store / ARTICLES).write_text("as the server has it open")
        with left_in(store, note):
            assert find(store)
            (tmp_path / "backup").write_text("as it was")
            (tmp_path / "backup").replace(store / ARTICLES)
            assert find(store) is None


class TestCommands:
    """`assistant ask` and `search`, with and without a server."""

    pytestmark = models

    @pytest.mark.parametrize(
        "command",
        [["ask"], ["ask", "--llm", "none"], ["search"], ["search", "--json", "--k", "1"]],
    )
    def test_output_is_the_same_and_nothing_heavy_is_loaded(
        self, engine: Engine, note: Note, command: list[str]
    ) -> None:
        script = (
            "import sys\nfrom assistant.cli import main\n"
            "try: main(sys.argv[1:])\nexcept SystemExit as e: code = e.code or 0\n"
            "print('LOADED', code, *sorted({m.partition('.')[0] for m in sys.modules}))"
        )
        arguments = [*command, COST, "--store", str(engine.settings.store)]
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
        )
        text, _, loaded = done.stdout.partition("LOADED ")
        code, *modules = loaded.split()
        heavy = {"torch", "chromadb", "numpy", "llama_index", "httpx", "fastapi", "openai"}
        assert code == "0" and not heavy & set(modules)
        assert _without_seconds(text) == _without_seconds(_local_output(engine, command))

    def test_wrong_usage_is_still_exit_code_2(
        self, engine: Engine, note: Note, capsys: pytest.CaptureFixture[str]
    ) -> None:
        store = str(engine.settings.store)
        with pytest.raises(SystemExit) as exit_:
            main(["search", COST, "--store", store, "--source", "No Such Paper"])
        assert exit_.value.code == 2
        assert "no article in the index" in capsys.readouterr().err


def _local_output(engine: Engine, command: list[str]) -> str:
    look = {"width": 80, "color": False, "links": False}
    if command[0] == "ask":
        return render.answer_text(engine.ask(COST), **look) + "\n"
    if "--json" in command:
        return json_text(render.hits_json(COST, engine.search(COST, 1))) + "\n"
    return render.hits_text(engine.search(COST), **look) + "\n"


def _without_seconds(text: str) -> str:
    return text.rpartition(" · ")[0] if text.rstrip().endswith(" s") else text


class Impostor(BaseHTTPRequestHandler):
    """Another program that has taken the port. Keeps what it was sent."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(f"{self.path} {self.headers}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok", "proof": "' + b"0" * 64 + b'"}')

    def log_message(self, *arguments: object) -> None:
        pass


class TestStaleNotes:
    @pytest.mark.parametrize(
        "content", ["", "[]", "{}", '{"address": 1, "pid": 1, "key": 2, "llm": 3}', "\x00"]
    )
    def test_a_broken_one_is_ignored(self, tmp_path: Path, content: str) -> None:
        assert find(tmp_path) is None
        (tmp_path / FILE).write_text(content)
        assert find(tmp_path) is None

    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:1", "http://[", "nonsense", "http://127.0.0.1:99999"]
    )
    def test_one_whose_server_is_gone_is_ignored(self, tmp_path: Path, address: str) -> None:
        with left_in(tmp_path, Note(address, 1, KEY, "none")):
            assert find(tmp_path) is None

    def test_whoever_took_the_port_learns_neither_key_nor_question(self, tmp_path: Path) -> None:
        handler = type("Seeing", (Impostor,), {"seen": []})
        server = HTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        note = Note(f"http://127.0.0.1:{server.server_port}", 1, KEY, "none")
        with left_in(tmp_path, note):
            assert find(tmp_path) is None
        server.shutdown()
        server.server_close()
        assert len(handler.seen) == 1 and KEY not in handler.seen[0]
