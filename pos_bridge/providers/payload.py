"""JSON as tills send it, read strictly and within bounds: what is odd raises UnreadablePayload.

UTF-8 only, no key twice, no NaN or Infinity, numbers exact, at most 32 levels deep. A `Node` hands
out fields by type, so that junk of any shape never raises anything else, and text that a database
would refuse (NUL, lone surrogates) never becomes an id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from pos_bridge.providers.base import UnreadablePayload

MAX_DEPTH = 32
MAX_NUMBER = 64  # characters; more is no quantity and no price
MAX_MAGNITUDE = 40  # powers of ten either way
MAX_TEXT = 255
MAX_INTEGER = 2**63 - 1

_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def load(body: bytes) -> Any:
    """The document these bytes hold. Raises UnreadablePayload."""
    try:
        document = _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadablePayload(f"not the JSON we accept: {error}"[:200]) from error
    _check_depth(document)
    return document


def load_object(body: bytes) -> Node:
    """The document, which must be an object. Raises UnreadablePayload."""
    return Node.of(load(body), "body")


class Node:
    """One JSON object; each getter returns the type in its name or raises UnreadablePayload.

    `maybe_…` answers None for a field that is absent or null, and is as strict about the rest.
    """

    __slots__ = ("_fields", "path")

    def __init__(self, fields: dict[str, Any], path: str) -> None:
        self._fields = fields
        self.path = path

    @classmethod
    def of(cls, value: object, path: str) -> Node:
        if not isinstance(value, dict):
            _refuse(path, "an object")
        return cls(value, path)

    def has(self, *keys: str) -> bool:
        return all(self._fields.get(key) is not None for key in keys)

    def raw(self, key: str) -> Any:
        return self._fields.get(key)

    def node(self, key: str) -> Node:
        return Node.of(self._fields.get(key), f"{self.path}.{key}")

    def maybe_node(self, key: str) -> Node | None:
        return self.node(key) if self.has(key) else None

    def nodes(self, key: str) -> Iterator[Node]:
        """The objects of a list; an absent or null list has none."""
        values = self._fields.get(key)
        if values is None:
            return iter(())
        return nodes_of(values, f"{self.path}.{key}")

    def id(self, key: str) -> str:
        """An opaque id: text, or a whole number taken as text."""
        value = self._fields.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not is_storable(value):
            _refuse(f"{self.path}.{key}", "an id")
        return value

    def maybe_id(self, key: str) -> str | None:
        return self.id(key) if self._fields.get(key) not in (None, "") else None

    def word(self, key: str) -> str:
        """A word of the provider's own vocabulary, such as a state; empty when not said."""
        return self.maybe_id(key) or ""

    def label(self, key: str) -> str:
        """Text to show a person: cut and cleaned, never refused."""
        value = self._fields.get(key)
        text = value if isinstance(value, str) else ""
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[:MAX_TEXT])

    def maybe_flag(self, key: str) -> bool | None:
        value = self._fields.get(key)
        if value is not None and not isinstance(value, bool):
            _refuse(f"{self.path}.{key}", "true or false")
        return value

    def flag(self, key: str) -> bool:
        return bool(self.maybe_flag(key))

    def maybe_integer(self, key: str) -> int | None:
        value = self._fields.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_INTEGER:
            _refuse(f"{self.path}.{key}", "a whole number")
        return value


def nodes_of(values: object, path: str) -> Iterator[Node]:
    if not isinstance(values, list):
        _refuse(path, "a list")
    return (Node.of(value, f"{path}[{index}]") for index, value in enumerate(values))


def is_storable(text: str) -> bool:
    """Whether a database takes it as a key."""
    return 0 < len(text) <= MAX_TEXT and not _UNSTORABLE.search(text)


def _refuse(path: str, wanted: str) -> NoReturn:
    raise UnreadablePayload(f"{path[:150]}: {wanted} was expected")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("the same key twice")
    return fields


def _decimal(digits: str) -> Decimal:
    # Bounded before it is built: 1e999999999 is eleven characters and a gigabyte when written out.
    exponent = re.search(r"[eE]([+-]?\d{1,4})$", digits)
    if len(digits) > MAX_NUMBER or (exponent is None and "e" in digits.lower()):
        raise ValueError("a number out of bounds")
    number = Decimal(digits)
    if abs(number.adjusted()) > MAX_MAGNITUDE:
        raise ValueError("a number out of bounds")
    return number


def _integer(digits: str) -> int:
    if len(digits) > MAX_MAGNITUDE:
        raise ValueError("a number out of bounds")
    return int(digits)


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _check_depth(document: object) -> None:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for container in level
            for child in _children(container)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise UnreadablePayload(f"nested deeper than {MAX_DEPTH}")


def _children(value: object) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_constant,
)
