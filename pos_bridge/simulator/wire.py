"""Requests and answers of the provider APIs, apart from any server."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One call as it came; header names are matched without regard to case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """Query parameters; of a repeated one the first counts."""
        return _first(parse_qs(urlsplit(self.target).query, keep_blank_values=True))

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), "")

    def json(self) -> Any:
        """The body as JSON. Raises Refusal (400) with a text for people."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            raise Refusal(400, "the body is not JSON") from None

    def object(self) -> Json:
        """The body as a JSON object. Raises Refusal (400)."""
        data = self.json()
        if not isinstance(data, dict):
            raise Refusal(400, "the body is not an object")
        return data

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return _first(parse_qs(self.body.decode(errors="replace")))

    def bearer(self) -> str:
        scheme, _, token = self.header("Authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def basic(self) -> tuple[str, str]:
        """User and password of HTTP Basic, both empty when there are none."""
        scheme, _, encoded = self.header("Authorization").partition(" ")
        if scheme.lower() != "basic":
            return "", ""
        try:
            user, _, password = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password


@dataclass(frozen=True)
class Answer:
    """Status, JSON body and headers; `hang_up` closes the connection without a word."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False

    def json(self) -> Any:
        """The body as whoever receives it reads it."""
        return json.loads(self.encode())

    def encode(self) -> bytes:
        """The bytes to send; bytes and text go as they are, all else as JSON."""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refusal(Exception):
    """The call is not allowed or makes no sense; each provider words it in its own way."""

    def __init__(self, status: int, detail: str, *, code: str = "", **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


Handler: TypeAlias = Callable[..., Answer]


@dataclass(frozen=True)
class Route:
    """One endpoint: `{name}` in the path stands for anything but a slash."""

    method: str
    path: str
    handler: Handler
    is_open: bool = False

    def match(self, request: Request) -> dict[str, str] | None:
        """The named parts of the path, or None when this is another endpoint."""
        if request.method != self.method:
            return None
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.path))
        found = re.fullmatch(pattern, request.path)
        return found.groupdict() if found else None


def find(routes: Sequence[Route], request: Request) -> tuple[Route, dict[str, str]] | None:
    """The endpoint this call is for, with the named parts of its path."""
    for route in routes:
        parts = route.match(request)
        if parts is not None:
            return route, parts
    return None


def whole(value: object, *, name: str, default: int, least: int, most: int) -> int:
    """A whole number between two bounds. Raises Refusal (400)."""
    if value is None or value == "":
        return default
    try:
        number = int(str(value))
    except ValueError:
        raise Refusal(400, f"{name} is not a number") from None
    if not least <= number <= most:
        raise Refusal(400, f"{name} lies between {least} and {most}")
    return number


def _first(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: found[0] for name, found in values.items()}
