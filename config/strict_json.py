"""JSON as it was meant: UTF-8, each key once, numbers finite and exact, everything bounded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

LARGEST_BODY = 1024 * 1024
DEEPEST = 32
MOST_DIGITS = 40
LARGEST_EXPONENT = 40


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The body is larger than this server reads."


class StrictJSONParser(BaseParser):
    """Reads a body, or raises ParseError (400) or TooLarge (413). Decimals stay exact."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge
        try:
            return read(body)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON as this server reads it.") from error


def read(body: bytes) -> Any:
    """The value of a JSON text. Raises ValueError, or RecursionError when it nests madly."""
    value = json.loads(
        body.decode("utf-8"),
        object_pairs_hook=_each_key_once,
        parse_float=_exact,
        parse_int=_whole,
        parse_constant=_refuse,
    )
    _check(value)
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key stands twice in one object.")
    return found


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if len(text) > MOST_DIGITS or not isinstance(exponent, int) or abs(exponent) > LARGEST_EXPONENT:
        raise ValueError("A number has too many digits.")
    return number


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError("A number has too many digits.")
    return int(text)


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is not a number.")


def _check(value: object) -> None:
    """Depth, and texts that the database could not keep (NUL, halves of a character)."""
    waiting = [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError("Nested too deep.")
        if isinstance(part, str):
            _check_text(part)
        elif isinstance(part, list):
            waiting += [(each, depth + 1) for each in part]
        elif isinstance(part, dict):
            waiting += [(each, depth + 1) for pair in part.items() for each in pair]


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("A text holds NUL.")
    text.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
