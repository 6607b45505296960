"""Calling addresses that people wrote: never into our own network unless it is allowed.

The name is resolved once, every address it has is checked, and the connection goes to the
address that was checked: a name that resolves differently a moment later gains nothing.
Redirects are not followed, for the same reason.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from automation.exceptions import StepRefused

LONGEST_ANSWER = 1_000_000  # bytes; more is cut off
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class HttpAnswer:
    """What a server answered; the body is cut off where it is too long."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    timeout: float,
) -> HttpAnswer:
    """Make one request.

    Args:
        method: GET, POST and so on.
        url: http or https.
        headers: Sent as they are.
        body: None for none.
        timeout: Seconds for the connection and for each read.

    Raises:
        StepRefused: the address may not be called.
        OSError, http.client.HTTPException: the way there, or the server, is broken.
    """
    parts = check_address(url)
    address = _resolve(parts)
    connection = _connect(parts, address, timeout)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        return HttpAnswer(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=response.read(LONGEST_ANSWER),
        )
    finally:
        connection.close()


def check_address(url: str) -> SplitResult:
    """Return the parts of an address; nothing is resolved.

    Raises:
        StepRefused: it is no http or https address, or it holds a password.
    """
    wrong = StepRefused(_("“%(url)s” is not an address that can be called.") % {"url": url[:200]})
    try:
        parts = urlsplit(url.strip())
        is_complete = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError as malformed:
        raise wrong from malformed
    if not is_complete:
        raise wrong
    if parts.username or parts.password:
        raise StepRefused(_("Put the password into a header, not into the address."))
    return parts


def _resolve(parts: SplitResult) -> str:
    """Return the one address to connect to.

    Raises:
        StepRefused: one of the host's addresses is in our own network and not allowed.
        OSError: the name is not known.
    """
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    for address in addresses:
        if not _is_allowed(host, address):
            sentence = _("“%(host)s” is inside our own network; an administrator may allow it.")
            raise StepRefused(sentence % {"host": host})
    return addresses[0]


def _is_allowed(host: str, address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if (mapped or ip).is_global and not ip.is_multicast:
        return True
    for allowed in settings.AUTOMATION_HTTP_ALLOWED:
        if host == allowed:
            return True
        try:
            if ip in ipaddress.ip_network(allowed, strict=False):
                return True
        except ValueError:
            continue  # a name
    return False


def _connect(parts: SplitResult, address: str, timeout: float) -> http.client.HTTPConnection:
    """Connect to the address that was checked, under the host's name."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    plain = socket.create_connection((address, port), timeout)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=timeout)
        try:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=host)
        except OSError:
            plain.close()
            raise
    else:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
        connection.sock = plain
    return connection
