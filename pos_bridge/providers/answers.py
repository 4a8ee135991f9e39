"""What a poll brought, cut into one Answer per order without touching a digit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

import orjson

from pos_bridge.providers import identities
from pos_bridge.providers.base import (
    Answer,
    PayloadKind,
    ProviderUnavailable,
    Reading,
    UnreadablePayload,
)
from pos_bridge.providers.http import Failure

Read = Callable[[bytes, PayloadKind], Reading]


class Number(str):
    """A number as it is written: no float ever stands between the wire and the inbox."""

    __slots__ = ()


def parse(body: bytes) -> Any:
    """The answer with its numbers kept as they are written. Raises Failure on anything else."""
    try:
        return json.loads(
            body,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise Failure(200) from error


def answer(document: Any, *, read: Read, merchant: str) -> Answer:
    """The document as bytes, known as its adapter knows it: its order and that order's version."""
    body = _dump(document)
    try:
        dedupe = read(body, "answer").identity.dedupe
    except UnreadablePayload:  # the inbox keeps it, and says so
        dedupe = identities.fingerprint(body)
    return Answer(body=body, dedupe=dedupe, merchant=merchant)


def objects(value: Any) -> list[dict[str, Any]]:
    """A list of objects. Raises Failure when it is anything else."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Failure(200)
    return value


def text(value: Any) -> str:
    """Text as it is, a number as it is written, anything else as nothing."""
    return value if isinstance(value, str) else ""


def _dump(document: Any) -> bytes:
    try:
        return _written(document)
    except orjson.JSONEncodeError:  # half an emoji; one order must not stop the poll for ever
        pass
    try:
        return _written(_whole(document))
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise ProviderUnavailable("an answer nested without end") from error


def _written(document: Any) -> bytes:
    return orjson.dumps(document, default=_as_written, option=orjson.OPT_PASSTHROUGH_SUBCLASS)


def _as_written(number: Number) -> orjson.Fragment:
    return orjson.Fragment(number.encode())


def _whole(value: Any) -> Any:
    if type(value) is str:
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
