"""Reverse proxies that have a server below /news: one of our own, nginx and Caddy."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

BELOW = "/news"
# Between two machines only.
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}

NGINX = """
daemon off;
error_log stderr;
pid {folder}/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxied;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /news/ {{
      proxy_pass {address}/;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Prefix /news;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_buffering off;
    }}
  }}
}}
"""
CADDY = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  handle_path /news/* {{
    reverse_proxy {address} {{
      header_up X-Forwarded-Prefix /news
    }}
  }}
}}
"""


@contextmanager
def own(address: str, *, strips: bool = True, tells: bool = True) -> Iterator[str]:
    """strips: takes the path off. tells: sends X-Forwarded-Prefix."""
    target = urlsplit(address).netloc

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            if not self.path.startswith(f"{BELOW}/"):
                self.send_error(404)
                return
            length = int(self.headers.get("Content-Length") or 0)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
            headers |= {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": headers["Host"]}
            if tells:
                headers["X-Forwarded-Prefix"] = BELOW
            headers["Connection"] = "close"
            path = self.path.removeprefix(BELOW) if strips else self.path
            self.pass_on(path, self.rfile.read(length), headers)

        def pass_on(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
            connection = http.client.HTTPConnection(target, timeout=120)
            connection.request(self.command, path, body or None, dict(headers))
            reply = connection.getresponse()
            self.send_response(reply.status)
            for name, value in reply.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            while chunk := reply.read1(65536):
                self.wfile.write(chunk)
                self.wfile.flush()
            connection.close()

        do_GET = do_POST = do_HEAD = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # browsers break off
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{BELOW}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def nginx(address: str, folder: Path) -> Iterator[str]:
    def command(config: Path) -> list[str]:
        return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(config)]

    with _program("nginx", NGINX, command, address, folder) as proxied:
        yield proxied


@contextmanager
def caddy(address: str, folder: Path) -> Iterator[str]:
    def command(config: Path) -> list[str]:
        return ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)]

    with _program("caddy", CADDY, command, address, folder) as proxied:
        yield proxied


@contextmanager
def _program(
    name: str, config: str, command: Callable[[Path], list[str]], address: str, folder: Path
) -> Iterator[str]:
    """Skips the test where the program is not installed."""
    if shutil.which(name) is None:
        pytest.skip(f"no {name} on this machine: apt-get install {name}")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    file = folder / f"{name}.conf"
    file.write_text(config.format(address=address, port=port, folder=folder))
    process = subprocess.Popen(command(file), stderr=subprocess.PIPE, cwd=folder)
    try:
        for _ in range(600):
            assert process.poll() is None, process.stderr and process.stderr.read().decode()
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}{BELOW}"
    finally:
        process.terminate()
        process.communicate(timeout=30)
