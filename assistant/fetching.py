"""One web page, fetched with suspicion: only from public addresses, within limits of size and time.

A URL comes from a person, but a feed, a sitemap or a redirect can name any other. So each address
is checked where it counts, at the moment of connecting, and it is the checked address that is
connected to: a name that resolves to another one a second later gains nothing. Proxies named in
the environment are not used, since they would connect without that check.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

import httpcore
import httpx

from assistant.errors import ReadingError
from assistant.types import Validators

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LATER = "Check it in a browser, and try again later."


@dataclass(frozen=True)
class Page:
    """What a URL led to.

    url: after redirects. content_type: in lower case, without parameters. charset: as stated.
    data: None where the server says that nothing changed since `Validators` were had.
    """

    url: str
    content_type: str
    charset: str | None
    data: bytes | None
    validators: Validators


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet, also where it wraps another one."""
    inner: Address | None = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inner = address.teredo[1]
        elif address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast


def anywhere(address: Address) -> bool:
    return True


class Fetcher:
    """Fetches pages.

    may_connect: asked about each address before connecting. max_bytes: of one page, unpacked.
    timeout: seconds for one page in all, redirects included.
    """

    def __init__(
        self,
        *,
        may_connect: Callable[[Address], bool] = is_public,
        max_bytes: int = 20_000_000,
        timeout: float = 20.0,
    ) -> None:
        self._may_connect = may_connect
        self._max_bytes = max_bytes
        self._timeout = timeout

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def fetch(self, url: str, known: Validators = Validators()) -> Page:  # noqa: B008 (frozen)
        """The page at `url`. known: of the version had already.

        Raises ReadingError for an address that is not allowed, a page that is too large or too
        slow, and any answer but success.
        """
        deadline = time.monotonic() + self._timeout
        here = _parsed(url)
        for _ in range(MOST_REDIRECTS + 1):
            try:
                page, target = self._request(here, known, deadline)
            except (httpcore.TimeoutException, TimeoutError):
                raise ReadingError(
                    f"{url}: took longer than {self._timeout:g} s",
                    f"{_LATER} Or raise the setting fetch_timeout.",
                ) from None
            except (httpcore.NetworkError, httpcore.ProtocolError, OSError, zlib.error) as error:
                reason = " ".join(str(error).split()) or type(error).__name__
                raise ReadingError(f"{url}: cannot be fetched: {reason[:200]}", _LATER) from None
            if page is not None:
                return page
            here = _parsed(str(here.join(target)))
        raise ReadingError(f"{url}: redirects more than {MOST_REDIRECTS} times", _LATER)

    def _request(
        self, url: httpx.URL, known: Validators, deadline: float
    ) -> tuple[Page | None, str]:
        """The page, or None and where it has moved to."""
        left = max(deadline - time.monotonic(), 0.001)
        limits = dict.fromkeys(("connect", "read", "write", "pool"), left)
        headers: dict[bytes | str, bytes | str] = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": f"article-assistant/{version('article-assistant')}",
            "Accept": "text/html, application/xhtml+xml, application/rss+xml, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        backend = _CheckedBackend(self._may_connect, deadline)
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream("GET", target, headers=headers, extensions={"timeout": limits}) as reply,
        ):
            said = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in reply.headers}
            if reply.status in _REDIRECTS and "location" in said:
                return None, said["location"]
            if reply.status == 304:
                return Page(str(url), "", None, None, known), ""
            if reply.status != 200:
                raise ReadingError(f"{url}: the server answered {reply.status}", _LATER)
            data = self._body(reply.iter_stream(), said.get("content-encoding", ""), url)
        kind, _, parameters = said.get("content-type", "").partition(";")
        charset = parameters.partition("charset=")[2].split(";")[0].strip(" \"'")
        validators = Validators(said.get("etag"), said.get("last-modified"))
        return Page(str(url), kind.strip().lower(), charset or None, data, validators), ""

    def _body(self, chunks: Iterable[bytes], encoding: str, url: httpx.URL) -> bytes:
        unpack = zlib.decompressobj(wbits=47) if encoding.lower() in ("gzip", "x-gzip") else None
        if encoding and unpack is None and encoding.lower() != "identity":
            raise ReadingError(f"{url}: sent in the unknown encoding {encoding[:40]!r}", _LATER)
        data = bytearray()
        for chunk in chunks:
            room = self._max_bytes + 1 - len(data)
            data += unpack.decompress(chunk, room) if unpack else chunk
            if len(data) > self._max_bytes:
                raise ReadingError(
                    f"{url}: larger than {self._max_bytes:,} bytes",
                    "If you trust it, raise the setting max_file_bytes.",
                )
        return bytes(data)


def _parsed(url: str) -> httpx.URL:
    """Raises ReadingError for what is no plain web address."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise ReadingError(f"{url!r}: no URL: {error}", "Check its spelling.") from None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise ReadingError(
            f"{url!r}: only http and https URLs without a password are fetched",
            "Save the page, and ingest the file.",
        )
    return parsed


class _CheckedBackend(httpcore.NetworkBackend):
    """Resolves a name itself, and connects to no address that was not asked about."""

    def __init__(self, may_connect: Callable[[Address], bool], deadline: float) -> None:
        self._may_connect = may_connect
        self._deadline = deadline
        self._real: httpcore.NetworkBackend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        names = list(dict.fromkeys(str(info[4][0]) for info in found))
        for name in names:
            if not self._may_connect(ipaddress.ip_address(name.partition("%")[0])):
                raise ReadingError(
                    f"{host}: leads to {name}, which is not a public address",
                    "If it is a server that you trust, use the setting private_addresses = true.",
                )
        failed: Exception | None = None
        for name in names[:3]:
            try:
                stream = self._real.connect_tcp(name, port, timeout, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except httpcore.ConnectError as error:
                failed = error
        raise failed or httpcore.ConnectError(f"{host} has no address")


class _TimedStream(httpcore.NetworkStream):
    """A stream that ends at the deadline, however slowly its bytes trickle in."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
