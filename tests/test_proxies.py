"""Proxies that the environment names: used, never for this machine, and named where they fail."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from llama_index.core.base.llms.types import ChatMessage

from assistant.doctor import checks
from assistant.errors import LLMUnreachable, SettingsError
from assistant.llm import chat_text, endpoint
from assistant.models.sources import SourceFailed, web
from assistant.proxies import proxy_for
from assistant.settings import load_settings

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
NO_SOCKS = importlib.util.find_spec("socksio") is None
MESSAGES = [ChatMessage(role="user", content="Who won?")]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of this machine are no matter here."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def closed() -> str:
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An endpoint that is a proxy too: its address, and the addresses that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            message = {"role": "assistant", "content": "Hart won."}
            said = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
            content = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{listening.server_port}", asked
    listening.shutdown()
    listening.server_close()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "llm.localhost", "localhost.", "[::1]",
     "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"],
)  # fmt: skip
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_this_machine_is_never_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, host: str, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://proxy.example:3128")
    assert proxy_for(f"http://{host}:8080/v1") is None
    assert proxy_for(f"http://user@{host}/v1") is None


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("http://a.example/v1", {}, None),
        ("http://a.example/v1", {"HTTP_PROXY": "http://p:1"}, "http://p:1 (HTTP_PROXY)"),
        ("https://a.example/v1", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://a.example/v1", {"https_proxy": "p:1"}, "http://p:1 (https_proxy)"),
        ("https://a.example/v1", {"ALL_PROXY": "socks5://p:1"}, "socks5://p:1 (ALL_PROXY)"),
        ("https://a.example", {"HTTPS_PROXY": "http://p", "ALL_PROXY": "http://q"},
         "http://p (HTTPS_PROXY)"),
        ("https://a.example", {"HTTPS_PROXY": "http://me:secret@p:1"}, "http://p:1 (HTTPS_PROXY)"),
        ("https://a.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": ".example"}, None),
        ("https://a.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": "b.example,a.example"}, None),
        ("https://a.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}, None),
        ("https://10.1.1.1", {"HTTPS_PROXY": "http://p", "NO_PROXY": "b.example"},
         "http://p (HTTPS_PROXY)"),
        ("https://127.0.0.1.example", {"HTTPS_PROXY": "http://p"}, "http://p (HTTPS_PROXY)"),
    ],
)  # fmt: skip
def test_a_proxy_is_named_with_its_variable_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], proxy: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = proxy_for(url)
    assert (str(found) if found else None) == (f"the proxy {proxy}" if proxy else None)


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTP_PROXY"])
@pytest.mark.parametrize("scheme", ["http", "socks5", "socks4", "nonsense"])
def test_an_endpoint_on_this_machine_answers_whatever_proxies_there_are(
    monkeypatch: pytest.MonkeyPatch,
    server: tuple[str, list[str]],
    closed: str,
    variable: str,
    scheme: str,
) -> None:
    monkeypatch.setenv(variable, f"{scheme}://{closed}")
    address, asked = server
    assert chat_text(endpoint(f"http://{address}/v1", "m", "", 20), MESSAGES).text == "Hart won."
    assert asked == ["/v1/chat/completions"]


def test_an_endpoint_elsewhere_is_asked_through_the_proxy(
    monkeypatch: pytest.MonkeyPatch, server: tuple[str, list[str]]
) -> None:
    address, asked = server
    monkeypatch.setenv("HTTP_PROXY", f"http://{address}")
    assert chat_text(endpoint("http://llm.example/v1", "m", "", 20), MESSAGES).text == "Hart won."
    assert asked == ["http://llm.example/v1/chat/completions"]


@pytest.mark.parametrize("url", ["http://llm.example/v1", "https://llm.example/v1"])
def test_a_proxy_that_fails_is_named(
    monkeypatch: pytest.MonkeyPatch, closed: str, url: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://me:secret@{closed}")
    with pytest.raises(LLMUnreachable) as raised:
        chat_text(endpoint(url, "m", "", 5), MESSAGES)
    assert f"through the proxy http://{closed} (ALL_PROXY)" in raised.value.message
    assert "NO_PROXY" in raised.value.hint and "secret" not in raised.value.message
    settings = load_settings(flags={"llm": f"openai:{url}#m"})
    (check,) = (check for check in checks(settings) if check.name == "language model")
    assert check.status == "fail" and f"the proxy http://{closed}" in check.found
    with pytest.raises(SourceFailed, match=f"through the proxy http://{closed}"):
        next(web(f"{url}/file", 10).read(0, Path(), lambda count: None))


@pytest.mark.skipif(not NO_SOCKS, reason="SOCKS is supported here")
def test_a_socks_proxy_without_support_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://{closed}")
    with pytest.raises(SettingsError, match=f"socks5://{closed}.*SOCKS") as raised:
        endpoint("http://llm.example/v1", "m", "", 5)
    assert "pip install socksio" in raised.value.hint
    with pytest.raises(SourceFailed, match="SOCKS"):
        next(web("https://llm.example/file", 10).read(0, Path(), lambda count: None))


@pytest.mark.models
def test_a_server_starts_whatever_proxies_there_are(tmp_path: Path, closed: str) -> None:
    """Gradio makes clients for the web while it is imported."""
    script = (
        "import os\nfrom pathlib import Path\nfrom fastapi import FastAPI\n"
        "from assistant import web\nfrom assistant.engine import Engine\n"
        "from assistant.settings import load_settings\nfrom assistant.turns import Turns\n"
        f"flags = {{'store': Path({str(tmp_path)!r}), 'llm': 'none'}}\n"
        "web.mount(FastAPI(), Engine(load_settings(flags=flags)), Turns())\n"
        "print(os.environ['ALL_PROXY'])"
    )
    environment = {**os.environ, "ALL_PROXY": f"socks5://{closed}"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [f"socks5://{closed}"], done.stderr


@pytest.mark.parametrize("address", ["socks4://p:1", "ftp://p:1", "http://p:port"])
def test_a_proxy_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    with pytest.raises(SettingsError, match=r"the proxy .*ALL_PROXY.* cannot be used") as raised:
        endpoint("http://llm.example/v1", "m", "", 5)
    assert "\n" not in raised.value.message and raised.value.hint
