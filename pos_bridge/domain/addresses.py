"""Which addresses a connection may be pointed at: the public internet, and no machine of ours."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

HTTPS = 443
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # carries any IPv4 address inside

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddress(ValidationError):
    """Refused: our server must not be made to ask this address."""


def check(url: str) -> None:
    """Raises ForbiddenAddress unless it is https at a public address.

    A machine's own loopback is a test system: also by http, where the settings allow it.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _forbidden("This is not an address.") from error
    if parts.username or parts.password:
        raise _forbidden("Credentials do not belong in the address.")
    if settings.ALLOW_LOOPBACK_PROVIDERS and _is_loopback(host):
        return
    if parts.scheme != "https" or port not in {None, HTTPS}:
        raise _forbidden("The address must begin with https:// and use port 443.")
    if not all(_is_public(address) for address in _addresses(host)):
        raise _forbidden(f"{host} is not on the public internet.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _addresses(host: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, HTTPS, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _forbidden(f"No server is known by the name {host}.") from error
    # A scope ("%eth0") names one of our own wires; without it the address is judged as it is.
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        carries_ipv4 = address.ipv4_mapped or address.sixtofour or address.teredo
        if carries_ipv4 or address in NAT64:
            return False
    return address.is_global and not address.is_multicast


def _forbidden(message: str) -> ForbiddenAddress:
    return ForbiddenAddress(message, code="forbidden_address")
