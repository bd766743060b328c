"""Which proxy the environment names for an address, and connections that go through it.

``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` as everywhere, but what runs on this
machine is never asked through a proxy: there 127.0.0.1 would be another machine.
"""

from __future__ import annotations

import ipaddress
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from assistant.errors import SettingsError

if TYPE_CHECKING:
    import httpx


class Proxy(NamedTuple):
    """variable: the one of the environment that names it. shown: its address without a password."""

    variable: str
    address: str
    shown: str

    def __str__(self) -> str:
        return f"the proxy {self.shown} ({self.variable})"


def proxy_for(url: str) -> Proxy | None:
    """The proxy through which `url` is asked; None for none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _on_this_machine(host):
        return None
    named = urllib.request.getproxies()
    scheme = next((s for s in (parts.scheme, "all") if named.get(s)), None)
    if scheme is None or urllib.request.proxy_bypass(host):
        return None
    address = named[scheme] if "://" in named[scheme] else f"http://{named[scheme]}"
    variables = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    variable = next((v for v in variables if os.environ.get(v)), "the system's settings")
    before, _, place = address.partition("://")
    return Proxy(variable, address, f"{before}://{place.rpartition('@')[2]}")


def transport_for(url: str) -> httpx.HTTPTransport:
    """What connects a client of httpx with `url`. Raises SettingsError for an unusable proxy."""
    import httpx

    proxy = proxy_for(url)
    if proxy is None:
        return httpx.HTTPTransport()
    try:
        return httpx.HTTPTransport(proxy=proxy.address)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise unusable(proxy, error) from None


@contextmanager
def none_named() -> Iterator[None]:
    """No proxy in the environment while the block runs: for importing libraries that make clients
    then, which they never use, and fail on a SOCKS proxy without support."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if _names_proxy(name)}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _names_proxy(variable: str) -> bool:
    return variable.lower().endswith("_proxy")


def unusable(proxy: Proxy, error: Exception) -> SettingsError:
    """What to say of a proxy with which httpx can do nothing."""
    around = f"or take the host out of its reach with NO_PROXY, or unset {proxy.variable}."
    if isinstance(error, ImportError):
        return SettingsError(
            f"{proxy} is a SOCKS proxy, and the support for these is not installed",
            f"Install it (pip install socksio), {around}",
        )
    return SettingsError(f"{proxy} cannot be used: {error}", f"Correct its address, {around}")


def _on_this_machine(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)
