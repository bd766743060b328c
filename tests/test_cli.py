"""The command line as users meet it: options, exit codes, streams. No test needs the network."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.cli import main
from assistant.errors import ModelError

HEAVY = {"torch", "transformers", "sentence_transformers", "chromadb", "llama_index", "numpy"}
HEAVY |= {"bm25s", "xllamacpp", "httpx"}
COMMANDS = [
    *(["ingest"], ["ask"], ["chat"], ["search"], ["doctor"]),
    *(["articles", "list"], ["articles", "show"], ["articles", "remove"]),
    *(["models", "list"], ["models", "pull"], ["models", "path"]),
    *(["serve"], ["access", "add"], ["access", "list"], ["access", "remove"]),
]


class Result(NamedTuple):
    code: int
    out: str
    err: str


Assistant = Callable[..., Result]


@pytest.fixture
def assistant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Assistant:
    """Runs a command in this process, away from the user's own settings, store and models."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ASSISTANT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("ASSISTANT_MODELS", str(tmp_path / "models"))

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        code = exit_.value.code
        return Result(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run


def process(*arguments: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, all of its streams piped."""
    return subprocess.Popen(
        [sys.executable, "-c", "from assistant.cli import main; main()", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class TestHelp:
    def test_nothing_heavy_is_imported_for_help(self):
        """`assistant --help` is instant only as long as no module imports torch and the like."""
        script = (
            "import sys\nfrom assistant.cli import main\n"
            "try: main(['--help'])\nexcept SystemExit: pass\n"
            "print('MODULES', *{m.partition('.')[0] for m in sys.modules})"
        )
        out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        text, _, modules = out.stdout.partition("MODULES")
        assert "ask" in text and modules
        assert not HEAVY & set(modules.split())

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_every_command_shows_an_example_and_takes_the_common_options(self, assistant, command):
        result = assistant(*command, "--help")
        assert result.code == 0
        assert f"Example: assistant {' '.join(command)}" in result.out
        for option in ("--store DIR", "--config FILE", "--quiet"):
            assert option in result.out

    def test_version(self, assistant):
        assert assistant("--version").out.startswith("assistant 0.")


class TestErrors:
    @pytest.mark.parametrize("question", ["", "   ", "\n"])
    def test_empty_question_is_wrong_usage(self, assistant, question):
        result = assistant("ask", question)
        assert result == (
            2, "", 'assistant: the question is empty\n  For example: assistant ask "Who won?"\n',
        )  # fmt: skip

    @pytest.mark.parametrize("command", ["ask", "search"])
    def test_question_that_is_not_utf_8_is_refused_in_one_line(self, assistant, command):
        """Bytes of another encoding arrive as surrogates, which break the models."""
        result = assistant(command, os.fsdecode(b"caf\xe9"))
        assert result.code == 2 and "not valid UTF-8" in result.err
        assert assistant(command, "-", stdin=b"caf\xe9") == result

    def test_errors_of_json_commands_stay_off_standard_output(self, assistant, tmp_path):
        result = assistant("ask", "x", "--json", "--config", str(tmp_path / "none.toml"))
        assert (result.code, result.out) == (1, "")
        assert "no such settings file" in result.err and "\n  Check" in result.err

    def test_unknown_setting_is_named_with_its_file(self, assistant, tmp_path):
        config = tmp_path / "my.toml"
        config.write_text("trheads = 2\n")
        result = assistant("doctor", "--config", str(config))
        assert result.code == 1 and f"{config}: unknown setting 'trheads'" in result.err

    @pytest.mark.parametrize(
        "arguments", [["ask"], ["nonsense"], ["ask", "x", "--nope"], ["search", "x", "--k", "0"]]
    )
    def test_wrong_usage_is_2_without_traceback(self, assistant, arguments):
        result = assistant(*arguments)
        assert result.code == 2 and result.out == ""
        assert "Usage:" in result.err and "Traceback" not in result.err

    def test_unknown_model_is_named(self, assistant):
        result = assistant("models", "path", "qwen2.5-coder-1.6b")
        assert result.code == 2 and "did you mean 'qwen2.5-coder-1.5b'" in result.err

    def test_missing_model_says_how_to_get_it(self, assistant):
        result = assistant("models", "path")
        assert (result.code, result.out) == (1, "")
        assert "assistant models pull qwen2.5-coder-1.5b" in result.err

    def test_reader_that_goes_away_ends_the_program_quietly(self):
        with process("--help") as child:
            assert child.stdout
            child.stdout.close()
            child.wait(30)
            assert child.stderr and child.stderr.read() == b""
        with process("models", "list", "--quiet") as child:
            assert child.stdout
            child.stdout.close()
            assert child.wait(30) == 0
            assert child.stderr and child.stderr.read() == b""

    @pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
    def test_ctrl_c_is_130_without_traceback(self):
        with process("ask", "-") as child:
            assert child.stdin and child.stderr
            child.stdin.write(b"x" * 1_000_000)  # more than a pipe holds: done means it is reading
            while child.poll() is None:
                child.send_signal(signal.SIGINT)  # one that falls between two reads is not seen
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(10)  # a second one while it ends would end it rudely
            assert child.returncode == 130
            assert b"Traceback" not in child.stderr.read()


@contextlib.contextmanager
def endpoint(status: int) -> Iterator[str]:
    """A server on this machine that answers every GET with `status`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


class TestDoctor:
    def test_options_after_the_command_win_over_those_before(self, assistant, tmp_path):
        result = assistant(
            "--store", "/first", "--llm", "none", "doctor", "--store", str(tmp_path / "b"), "--json"
        )
        found = json.loads(result.out)
        settings = next(c["found"] for c in found["checks"] if c["name"] == "settings")
        assert (
            str(tmp_path / "b") in settings and "/first" not in settings and "llm none" in settings
        )
        assert found["ok"] is True and result.code == 0

    def test_missing_weights_are_a_warning_with_the_command_that_fetches_them(self, assistant):
        result = assistant("doctor")
        assert result.code == 0
        assert "Run: assistant models pull qwen2.5-coder-1.5b" in result.out

    def test_file_in_place_of_the_store_fails(self, assistant, tmp_path):
        (tmp_path / "store").write_text("x")
        result = assistant("doctor", "--llm", "none")
        assert result.code == 1 and "is a file" in result.out

    @pytest.mark.parametrize(
        ("own", "broken", "status"),
        [(True, False, "ok"), (True, True, "fail"), (False, True, "warn"), (False, False, "ok")],
    )
    def test_the_reader_is_looked_at(self, assistant, tmp_path, monkeypatch, own, broken, status):
        """Answers do without it, but worse: who named one that cannot be used must know."""
        asked = []

        class Reader:
            def __init__(self, folder: Path | None, threads: int) -> None:
                asked.append(folder)

            def load(self) -> None:
                if broken:
                    raise ModelError("reader.onnx is damaged", "Name another folder.")

        monkeypatch.setattr("assistant.models.reader.Reader", Reader)
        if own:
            monkeypatch.setenv("ASSISTANT_READER", str(tmp_path))
        result = assistant("doctor", "--llm", "none", "--json")
        check = next(c for c in json.loads(result.out)["checks"] if c["name"] == "reader")
        assert asked == [tmp_path if own else None]
        assert (check["status"], result.code) == (status, int(status == "fail"))
        assert ("damaged" in check["found"]) == broken

    def test_own_model_file_is_looked_at(self, assistant, tmp_path):
        (tmp_path / "my.gguf").write_bytes(b"GGUF")
        assert assistant("doctor", "--llm", f"embedded:{tmp_path / 'my.gguf'}").code == 0
        (tmp_path / "my.gguf").write_bytes(b"MZ")
        result = assistant("doctor", "--llm", f"embedded:{tmp_path / 'my.gguf'}")
        assert result.code == 1 and "not a GGUF file" in result.out

    @pytest.mark.parametrize(
        ("status", "verdict"), [(200, "ok"), (401, "fail"), (404, "warn"), (None, "fail")]
    )
    def test_endpoint_is_asked_whether_it_is_there(self, assistant, status, verdict):
        with endpoint(status or 200) as url:
            if status:
                result = assistant("doctor", "--json", "--llm", f"openai:{url}#m")
        if not status:  # now nobody listens there any more
            result = assistant("doctor", "--json", "--llm", f"openai:{url}#m")
        checks = {check["name"]: check for check in json.loads(result.out)["checks"]}
        assert checks["language model"]["status"] == verdict
        assert bool(checks["language model"]["advice"]) == (verdict != "ok")
        assert result.code == (1 if verdict == "fail" else 0)


@pytest.mark.models
class TestWithModels:
    """The real engine, store and embedding model over two articles; answers are quotes."""

    @pytest.fixture
    def corpus(self, models_folder, assistant, tmp_path: Path, monkeypatch) -> Path:
        """Two articles, the default corpus of this test; nothing is ingested yet. The embedding
        model is the user's own: to prepare it takes longer than all these tests."""
        monkeypatch.setenv("ASSISTANT_MODELS", str(models_folder))
        folder = tmp_path / "articles"
        folder.mkdir()
        (folder / "bridge.md").write_text(
            "---\ntitle: Bridge opens\nsource: The Gazette\ndate: 2025-06-03\n---\n"
            "The Sarn bridge cost 24.9 million crowns. It opens in June. Cyclists may use it too.\n"
        )
        (folder / "otters.md").write_text(
            "---\ntitle: Otters win\ndate: 2025-02-01\n---\n"
            "The Otters beat Aldmoor by four goals to one. The coach praised the goalkeeper.\n"
        )
        monkeypatch.setenv("ASSISTANT_CORPUS", str(folder))
        monkeypatch.setenv("ASSISTANT_LLM", "none")
        return folder

    def test_one_session_from_ingest_to_remove(self, assistant, corpus):
        result = assistant("ingest", str(corpus), "--json")
        assert result.code == 0
        report = json.loads(result.out)
        assert (report["added"], report["failures"]) == (2, [])
        assert assistant("ingest", str(corpus), "-q").out.startswith(
            "0 added, 0 changed, 0 removed"
        )

        listed = assistant("articles", "list").out.splitlines()
        assert [line.split("\t")[::2] for line in listed] == [
            ["otters.md", "Otters win"],
            ["bridge.md", "Bridge opens"],
        ]
        shown = json.loads(assistant("articles", "show", "bridge.md", "--json").out)
        assert shown["title"] == "Bridge opens" and shown["published"] == "2025-06-03"

        found = json.loads(assistant("search", "Who beat Aldmoor?", "--k", "1", "--json").out)
        (hit,) = found["hits"]
        article = json.loads(assistant("articles", "show", hit["article_id"], "--json").out)
        assert hit["article_id"] == "otters.md"
        assert article["text"][hit["start"] : hit["end"]] == hit["text"]

        result = assistant("ask", "What did the Sarn bridge cost?", "--json", "--careful", "0")
        answer = json.loads(result.out)
        assert result.code == 0 and answer["status"] == "answered"
        assert "24.9 million crowns" in answer["answer"]
        for citation in answer["citations"]:
            source = json.loads(assistant("articles", "show", citation["article_id"], "--json").out)
            assert source["text"][citation["start"] : citation["end"]] == citation["quote"]

        assert "caches" in assistant("doctor", "--repair").out

        result = assistant("articles", "remove", "otters.md", "nonsense.md")
        assert result.code == 1 and result.out == "removed otters.md\n"
        assert "there is no article 'nonsense.md'" in result.err
        missing = assistant("articles", "show", "brigde.md")
        assert missing.code == 1 and "Close: bridge.md" in missing.err

    def test_an_article_is_shown_with_what_corrects_it(self, assistant, corpus):
        (corpus / "correction.md").write_text(
            "---\ntitle: 'Correction: the Sarn bridge opens in June'\nsource: The Gazette\n"
            "date: 2025-06-05\n---\nThe bridge cost 29.4 million crowns, not 24.9 million.\n"
        )
        assistant("ingest", str(corpus))
        wrong = assistant("articles", "show", "bridge.md").out
        assert (
            "corrected by: The Sarn bridge opens in June (The Gazette, 5 June 2025, correction.md)"
            in wrong
        )
        shown = json.loads(assistant("articles", "show", "correction.md", "--json").out)
        assert shown["corrected_by"] == []
        (corrected,) = shown["corrects"]
        assert (corrected["article_id"], corrected["kind"]) == ("bridge.md", "correction")
        assert (corrected["why"], corrected["replaced_at"]) == ("takes back what it says", None)

        (corpus / "bridge.md").write_text(
            (corpus / "bridge.md").read_text().replace("24.9", "29.4")
            + "\nCorrection: an earlier version of this article had another sum.\n"
        )
        assistant("ingest", str(corpus))
        shown = json.loads(assistant("articles", "show", "bridge.md", "--json").out)
        (own,) = shown["corrects"]
        assert own["article_id"] == "bridge.md" and own["replaced_at"]
        assert (
            "corrects: what it said itself until" in assistant("articles", "show", "bridge.md").out
        )

    def test_first_question_fills_the_index_and_abstaining_has_its_exit_code(
        self, assistant, corpus
    ):
        result = assistant("ask", "Who invented the telephone?", "--careful", "1", "--exit-code")
        assert result.code == 3
        assert result.out.startswith("The articles do not say.\n\nThe closest they come:\n  “")
        assert "2 added" in result.err
        result = assistant("ask", "Who invented the telephone?", "--careful", "1")
        assert result.code == 0

    def test_fast_needs_no_language_model(self, assistant, corpus):
        """With an endpoint that is down: it is not asked, and nothing is fetched."""
        down = ("--llm", "openai:http://127.0.0.1:1/v1#m", "--careful", "0")
        result = assistant("ask", "What did the Sarn bridge cost?", "--fast", "--json", *down)
        answer = json.loads(result.out)
        assert (answer["model"], answer["statements"][0]["verdict"]) == ("none", "quoted")
        assert assistant("ask", "What did the Sarn bridge cost?", *down).code == 1

    @pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")
    @pytest.mark.parametrize("command", [["ask", "--json"], ["ask"], ["chat"]], ids=" ".join)
    def test_what_was_found_is_for_the_terminal_and_never_in_the_output(self, corpus, command):
        """Scripts read standard output, and a person watches standard error."""
        ours, theirs = os.openpty()
        question = "What did the Sarn bridge cost?"
        arguments = [*command, "--careful", "0", *([question] if command[0] == "ask" else [])]
        child = subprocess.Popen(
            [sys.executable, "-c", "from assistant.cli import main; main()", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        )
        os.close(theirs)
        out: list[bytes] = []
        asked = f"{question}\n".encode()
        reading = threading.Thread(target=lambda: out.append(child.communicate(asked)[0]))
        reading.start()
        seen = b""
        with contextlib.suppress(OSError):  # how Linux says that the other end has been closed
            while part := os.read(ours, 1 << 16):
                seen += part
        reading.join(120)
        os.close(ours)
        assert child.returncode == 0
        assert "Found: “The Sarn bridge cost 24.9 million crowns.” — Bridge opens" in seen.decode()
        assert "Found" not in out[0].decode() and "24.9 million" in out[0].decode()

    def test_chat_in_a_pipe_answers_each_line_and_ends(self, corpus):
        with process("chat", "--careful", "0", "--quiet") as child:
            lines = "What did the Sarn bridge cost?\n\nWhen does it open?\n/quit\nnever asked\n"
            out, err = child.communicate(lines.encode(), timeout=120)
        assert (child.returncode, err) == (0, b"")
        assert "24.9 million crowns" in out.decode() and "> " not in out.decode()
        assert out.decode().count(" s\n") == 2  # the last line of each answer


@pytest.mark.models
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_an_ingest_that_is_interrupted_says_that_nothing_is_lost_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after the first articles were stored; the next run takes in only the others."""
    monkeypatch.setenv("ASSISTANT_STORE", str(tmp_path / "store"))
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(400):
        text = f"The ferry number {number} left the harbour at dawn with {number} people on board."
        (folder / f"{number}.txt").write_text(f"Ferry {number} leaves\n\n{text}\n")
    child = process("ingest", str(folder))
    assert child.stderr is not None
    store = tmp_path / "store" / "articles.sqlite3"
    for line in child.stderr:
        if line.startswith(b"Embedding"):
            break
    while child.poll() is None and not _stored(store):
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    said = child.stderr.read().decode()
    assert child.wait(60) == 130
    assert "are in the index and safe. Run the same command again" in said
    kept = _stored(store)
    assert f"interrupted; {kept} articles" in said and 0 < kept < 400
    again = process("ingest", str(folder), "--json")
    report = json.loads(again.communicate(timeout=200)[0])
    assert (report["added"], report["unchanged"]) == (400 - kept, kept)


def _stored(store: Path) -> int:
    with contextlib.closing(sqlite3.connect(store)) as db:
        return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])
