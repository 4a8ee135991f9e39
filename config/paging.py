"""Lists in pages, by the values of the last row: the last page costs as much as the first."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.queries import following

if TYPE_CHECKING:  # as in config.api
    from rest_framework.views import APIView


class Cursor(BasePagination):
    """The view's `ordering` names fields that together are unique; a minus says newest first."""

    default_size = 50
    largest_size = 200

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        ordering: tuple[str, ...] = getattr(view, "ordering", ("pk",))
        size = self._size(request)
        after = request.query_params.get("cursor")
        if after:
            queryset = queryset.filter(following(ordering, _read_cursor(after, len(ordering))))
        rows = list(queryset.order_by(*ordering)[: size + 1])
        self._next = None
        if len(rows) > size:
            cursor = _write_cursor(_values(rows[size - 1], ordering))
            self._next = replace_query_param(request.get_full_path(), "cursor", cursor)
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next})

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        following_page = {"type": ["string", "null"], "description": "Address of the next page."}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": {"type": "array", "items": schema}, "next": following_page},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            _parameter("cursor", {"type": "string"}, "From `next` of the page before."),
            _parameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": self.largest_size},
                f"Rows a page, {self.default_size} unless given.",
            ),
        ]

    def _size(self, request: Request) -> int:
        given = request.query_params.get("page_size", str(self.default_size))
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:4]) <= self.largest_size):
            raise exceptions.ValidationError({"page_size": [f"1 to {self.largest_size}."]})
        return int(given)


def _values(row: Model, ordering: Iterable[str]) -> list[Any]:
    found = []
    for name in ordering:
        value: Any = row
        for part in name.removeprefix("-").split("__"):
            value = getattr(value, part)
        found.append(value)
    return found


def _write_cursor(values: list[Any]) -> str:
    text = json.dumps(values, default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != length or not all(map(_is_plain, values)):
        raise exceptions.ValidationError({"cursor": ["Not a cursor of this list."]})
    return values


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}
