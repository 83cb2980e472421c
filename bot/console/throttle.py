"""Too many wrong passwords and codes from one address of the network: it waits, whatever account it tries."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

from flask import Flask, abort, current_app, request

from bot.console.outside import now
from bot.services.ports import Clock

MAX_FAILURES = 15
"""In each process of the server."""
WINDOW = timedelta(minutes=15)
MAX_ADDRESSES = 10_000
IPV6_PREFIX = 64
"""One connection at home gets a whole network of this size, and could take another address for each try."""


class Throttle:
    """Failures of the last minutes by address, in memory: a restart forgets them, and accounts lock by themselves.

    Addresses of this machine are never held up. Behind the reverse proxy (which is on this machine, see ``bot.console.server``)
    the address is the one that the proxy gives in ``X-Forwarded-For``; where it gives none, everybody seems to come from here,
    and one stranger must not be able to lock the whole office out.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def count(self, address: str | None) -> None:
        """Count a failure."""
        network = _network(address)
        if network is None:
            return
        with self._lock:
            self._failures.setdefault(network, deque(maxlen=MAX_FAILURES)).append(self._clock())
            self._failures.move_to_end(network)
            while len(self._failures) > MAX_ADDRESSES:
                self._failures.popitem(last=False)

    def is_held_up(self, address: str | None) -> bool:
        """Say whether an address has to wait."""
        network = _network(address)
        with self._lock:
            failures = self._failures.get(network or "", ())
            return len(failures) == MAX_FAILURES and self._clock() - failures[0] < WINDOW


def install(app: Flask) -> None:
    """Give the application a throttle."""
    app.extensions["throttle"] = Throttle(clock=now)


def refuse_if_held_up() -> None:
    """End the request with 429 where its address tried too often."""
    if current_app.extensions["throttle"].is_held_up(request.remote_addr):
        abort(429)


def count_failure() -> None:
    """Count a failure of the address of this request."""
    current_app.extensions["throttle"].count(request.remote_addr)


def _network(address: str | None) -> str | None:
    try:
        found = ipaddress.ip_address((address or "").strip("[]"))
    except ValueError:
        return address or None
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return None
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False)) if found.version == 6 else str(found)
