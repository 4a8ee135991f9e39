"""Edits say which version they are of, so that nobody overwrites what they have not seen."""

from __future__ import annotations

from rest_framework.exceptions import APIException
from rest_framework.request import Request


class Stale(APIException):
    """Refused: the thing changed since the caller read it."""

    status_code = 412
    default_code = "stale"
    default_detail = "This changed since you read it. Read it again, then send your change."


class VersionMissing(APIException):
    """Refused: an edit must say which version it is of."""

    status_code = 428
    default_code = "version_missing"
    default_detail = "Send the version you read in If-Match."


def require_version(request: Request, version: object) -> None:
    """Raises VersionMissing without If-Match, and Stale when it names another version."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise VersionMissing
    if given.removeprefix("W/").strip('"') != str(version):
        raise Stale
