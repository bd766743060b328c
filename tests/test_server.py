"""`assistant serve`: who gets in, what browsers are made to refuse, and how it starts and ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.testclient import TestClient
from served import running, write_corpus

from assistant.access import Access
from assistant.cli import main
from assistant.guards import LOOPBACK_NAMES, MAX_BODY, SESSION_COOKIE, Guards
from assistant.web import login

MAX_UPLOAD = 2 * MAX_BODY
WIDE = LOOPBACK_NAMES | {"news.example"}


def guarded(access: Access, hosts: frozenset[str] = LOOPBACK_NAMES) -> FastAPI:
    """Small pages behind the real guards and the real login."""
    app = FastAPI()
    app.include_router(login.router(access))

    @app.api_route("/v1/who", methods=["GET", "POST"])
    async def who(request: Request) -> dict[str, Any]:
        return {"user": request.state.user, "bytes": len(await request.body())}

    @app.get("/articles")
    def page(request: Request) -> HTMLResponse:
        return HTMLResponse("<script>alert(1)</script><p>articles</p>")

    @app.get("/")
    def start(request: Request) -> HTMLResponse:
        return HTMLResponse("<script>one()</script><script src='/a.js'></script>")

    @app.post("/upload")
    def upload(file: UploadFile) -> PlainTextResponse:
        return PlainTextResponse(str(file.size))

    app.add_middleware(Guards, access=access, hosts=hosts, max_upload=MAX_UPLOAD)
    return app


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(tmp_path)


@pytest.fixture
def local(access: Access) -> TestClient:
    """On loopback."""
    return TestClient(guarded(access), base_url="http://localhost:8000", follow_redirects=False)


@pytest.fixture
def wide(access: Access) -> TestClient:
    """Where others can reach it, and Mara has a key."""
    return TestClient(
        guarded(access, WIDE), base_url="http://news.example:8000", follow_redirects=False
    )


class TestHost:
    """A page elsewhere can make its own name lead to this machine (DNS rebinding)."""

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
    def test_our_names(self, local: TestClient, host: str) -> None:
        assert local.get("/v1/who", headers={"Host": host}).json()["user"] == "local"

    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "10.0.0.1", "[::1", "", "a@localhost:x"]
    )
    def test_other_names_are_refused(self, local: TestClient, host: str) -> None:
        reply = local.get("/v1/who", headers={"Host": host})
        assert reply.status_code == 421 and "not called" in reply.json()["error"]["message"]

    def test_a_server_others_reach_goes_by_any_address_but_not_by_any_name(
        self, wide: TestClient, access: Access
    ) -> None:
        bearer = {"Authorization": f"Bearer {access.add('mara')}"}
        for host, status in (("10.0.0.1", 200), ("[2001:db8::1]", 200), ("evil.example", 421)):
            assert wide.get("/v1/who", headers={**bearer, "Host": host}).status_code == status


class TestOrigin:
    """A page elsewhere can make a browser send something here (CSRF)."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Origin": "http://localhost:3000"},
            {"Origin": "null"},
            {"Origin": ""},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8000"},
        ],
    )
    def test_from_elsewhere_nothing_can_be_sent_but_all_can_be_linked_to(
        self, local: TestClient, headers: dict[str, str]
    ) -> None:
        assert local.post("/v1/who", headers=headers).status_code == 403
        assert local.post("/v1/who", headers={**headers, "Authorization": "Bearer x"}).is_error
        assert local.get("/articles", headers=headers).status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [{}, {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}],
        ids=["a program", "our own page"],
    )
    def test_our_pages_and_programs_can(self, local: TestClient, headers: dict[str, str]) -> None:
        assert local.post("/v1/who", headers=headers).status_code == 200

    def test_a_valid_key_is_no_browsers_doing(self, wide: TestClient, access: Access) -> None:
        headers = {"Authorization": f"Bearer {access.add('mara')}", "Origin": "http://app.example"}
        assert wide.post("/v1/who", headers=headers).json()["user"] == "mara"

    def test_nothing_lets_other_pages_read_answers(self, local: TestClient) -> None:
        reply = local.get("/v1/who", headers={"Origin": "http://evil.example"})
        assert not [name for name in reply.headers if name.startswith("access-control")]


class TestSize:
    def test_more_than_a_question_can_have_is_not_read(self, local: TestClient) -> None:
        assert local.post("/v1/who", content=b"x" * MAX_BODY).json()["bytes"] == MAX_BODY
        reply = local.post("/v1/who", content=b"x" * (MAX_BODY + 1))
        assert reply.status_code == 413 and reply.json()["error"]["hint"]

    def test_nor_where_the_length_is_not_said_first(self, access: Access) -> None:
        def endless() -> Iterator[bytes]:
            for _ in range(100):
                yield b"x" * 100_000

        with running(guarded(access)) as address:
            try:
                status = httpx.post(f"{address}/v1/who", content=endless()).status_code
            except httpx.TransportError:  # the server stopped reading before all was sent
                status = 413
            assert status == 413
            assert httpx.get(f"{address}/v1/who").status_code == 200

    def test_files_may_be_larger_but_not_too_large(self, local: TestClient) -> None:
        file = b"x" * (MAX_BODY + 1)
        assert local.post("/upload", files={"file": file}).text == str(len(file))
        assert local.post("/upload", files={"file": b"x" * MAX_UPLOAD}).status_code == 413

        def parts() -> Iterator[bytes]:
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
            for _ in range(100):
                yield b"x" * 100_000
            yield b"\r\n--b--\r\n"

        form = {"Content-Type": "multipart/form-data; boundary=b"}
        assert local.post("/upload", content=parts(), headers=form).status_code == 413


class TestHeaders:
    def test_pages_run_no_script_that_stands_in_them(self, local: TestClient) -> None:
        policy = local.get("/articles").headers["content-security-policy"]
        assert "script-src 'self';" in policy and "default-src 'self'" in policy
        assert "object-src 'none'" in policy and "frame-ancestors 'self'" in policy

    def test_gradios_page_runs_its_own_scripts_and_no_other(self, local: TestClient) -> None:
        policy = local.get("/").headers["content-security-policy"]
        (scripts,) = re.findall(r"script-src ([^;]*);", policy)
        # echo -n 'one()' | openssl sha256 -binary | base64
        assert scripts == "'self' 'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4='"

    @pytest.mark.parametrize("path", ["/", "/articles", "/v1/who", "/nothing"])
    def test_every_response_has_them(self, local: TestClient, path: str) -> None:
        for headers in ({}, {"Host": "evil.example"}):
            found = local.get(path, headers=headers).headers
            assert found["x-content-type-options"] == "nosniff"
            assert found["referrer-policy"] == "same-origin"
            assert "camera=()" in found["permissions-policy"]
            assert "'unsafe-inline'" not in found["content-security-policy"].split("style-src")[0]


class TestWho:
    def test_on_loopback_any_key_will_do_until_there_is_one(
        self, local: TestClient, access: Access
    ) -> None:
        """Many clients of OpenAI's protocol cannot be told to send none."""
        bearer = {"Authorization": "Bearer whatever"}
        assert local.get("/v1/who", headers=bearer).json()["user"] == "local"
        key = access.add("mara")
        assert local.get("/v1/who", headers=bearer).status_code == 401
        assert local.get("/v1/who").status_code == 401
        bearer = {"Authorization": f"bearer {key}"}
        assert local.get("/v1/who", headers=bearer).json()["user"] == "mara"

    def test_where_others_reach_it_nobody_is_local_even_without_any_key(
        self, wide: TestClient
    ) -> None:
        reply = wide.get("/v1/who")
        assert reply.status_code == 401 and reply.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("path", ["/loginX", "/login/x", "/healthz/", "/webX", "//web/x"])
    def test_what_only_looks_like_an_open_path_is_not(self, wide: TestClient, path: str) -> None:
        url = f"http://news.example:8000{path}"
        assert wide.get(url).status_code == 401

    def test_pages_lead_to_the_login_and_back(self, wide: TestClient, access: Access) -> None:
        key = access.add("mara")
        wanted = "/articles?q=a b&c=%C3%A9"
        away = wide.get(wanted, headers={"Accept": "text/html"})
        assert away.status_code == 303
        page = wide.get(away.headers["location"])
        assert page.status_code == 200 and "Access key" in page.text
        (then,) = re.findall(r'name="next" value="([^"]*)"', page.text)
        back = wide.post("/login", data={"key": key, "next": then.replace("&amp;", "&")})
        assert (back.status_code, back.headers["location"]) == (303, "./articles?q=a%20b&c=%C3%A9")
        cookie = back.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie
        assert wide.get("/v1/who").json()["user"] == "mara"
        assert "logged in as" in wide.get("/logout").text
        token = wide.cookies[SESSION_COOKIE]
        assert wide.post("/logout").headers["location"] == "./login"
        wide.cookies.set(SESSION_COOKIE, token)
        assert wide.get("/v1/who").status_code == 401, "the session is over, not just forgotten"

    @pytest.mark.parametrize(
        "elsewhere", ["//evil.example", "/\\evil.example", "http://evil.example", "/\r\nX: y", ""]
    )
    def test_the_login_leads_nowhere_else(
        self, wide: TestClient, access: Access, elsewhere: str
    ) -> None:
        reply = wide.post("/login", data={"key": access.add("mara"), "next": elsewhere})
        assert reply.headers["location"] == "./"

    def test_guessing_ends_soon_and_says_when_to_go_on(
        self, wide: TestClient, access: Access
    ) -> None:
        key = access.add("mara")
        wrong = [wide.post("/login", data={"key": "guess"}).status_code for _ in range(7)]
        assert wrong == [401] * 5 + [429] * 2
        reply = wide.post("/login", data={"key": key})
        assert reply.status_code == 429 and "Try again in 5 minutes" in reply.text
        bearer = wide.get("/v1/who", headers={"Authorization": f"Bearer {key}"})
        assert bearer.status_code == 429 and int(bearer.headers["retry-after"]) > 0

    def test_a_wrong_key_is_shown_on_the_page_and_never_in_it(self, wide: TestClient) -> None:
        reply = wide.post("/login", data={"key": '"><script>'})
        assert reply.status_code == 401 and "not an access key" in reply.text
        assert "<script" not in reply.text and 'role="alert"' in reply.text

    def test_the_key_of_the_command_line_opens_no_browser_session(self, tmp_path: Path) -> None:
        access = Access(tmp_path, local_key="abc")
        client = TestClient(guarded(access, WIDE), base_url="http://news.example")
        assert client.post("/login", data={"key": "abc"}).status_code == 401
        bearer = {"Authorization": "Bearer abc"}
        assert client.get("/v1/who", headers=bearer).json()["user"] == "local"

    def test_broken_keys_let_nobody_in(self, local: TestClient, tmp_path: Path) -> None:
        (tmp_path / "access.json").write_text("{")
        reply = local.get("/v1/who")
        assert reply.status_code == 500 and "access keys" in reply.json()["error"]["message"]


def serving(store: Path, corpus: Path, *options: str) -> subprocess.Popen[str]:
    command = "from assistant.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--store", str(store), "--llm", "none", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ASSISTANT_CORPUS": str(corpus)},
    )


@pytest.mark.models
class TestCommand:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_starts_with_the_corpus_answers_and_ends_in_order(
        self, tmp_path: Path, number: int
    ) -> None:
        store, corpus = tmp_path / "store", write_corpus(tmp_path / "corpus")
        server = serving(store, corpus, "--port", "0")
        assert server.stdout
        address = server.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address), server.communicate()
        assert httpx.get(f"{address}/healthz").json()["articles"] == 2
        assert httpx.get(address, headers={"Accept": "text/html"}).status_code == 200
        assert json.loads((store / "server.json").read_text())["address"] == address
        server.send_signal(number)
        out, err = server.communicate(timeout=60)
        assert server.returncode == (130 if number == signal.SIGINT else 0)
        assert out == "" and "Traceback" not in err
        assert not (store / "server.json").exists()

    def test_a_taken_port_is_one_line_and_a_hint(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            with pytest.raises(SystemExit) as exit_:
                main(["serve", "--store", str(tmp_path), "--llm", "none", "--port", port])
        assert exit_.value.code == 1
        first, hint = capsys.readouterr().err.splitlines()
        assert first.startswith(f"assistant: cannot listen on 127.0.0.1, port {port}: ")
        assert "--port" in hint

    @pytest.mark.parametrize(
        "options", [["--host", "0.0.0.0"], ["--name", "news.example"], ["--host", "192.0.2.1"]]
    )
    def test_others_get_in_only_with_keys(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
    ) -> None:
        with pytest.raises(SystemExit) as exit_:
            main(["serve", "--store", str(tmp_path), "--llm", "none", "--port", "0", *options])
        assert exit_.value.code == 2
        assert "assistant access add NAME" in capsys.readouterr().err

    def test_keys_are_made_listed_and_taken_back(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def run(*arguments: str) -> tuple[int, str]:
            with pytest.raises(SystemExit) as exit_:
                main(["access", *arguments, "--store", str(tmp_path)])
            code = exit_.value.code
            return (code if isinstance(code, int) else 0), capsys.readouterr().out

        code, key = run("add", "mara")
        assert code == 0 and Access(tmp_path).user_of(key) == "mara"
        assert run("list") == (0, "mara\n")
        assert run("remove", "mara")[0] == 0 and run("list") == (0, "")
        assert run("remove", "mara")[0] == 1
