"""How the site says no: problem+json under /api/, a page elsewhere. Neither tells our insides."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views import defaults

from core.domain import audit

AGAIN_SECONDS = 5
PROBLEM = "application/problem+json"


def problem(*, status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """RFC 9457's members, with our word for the refusal and the name of the request."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": audit.request_id.get(),
        **extra,
    }


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def answer_away(request: HttpRequest) -> HttpResponse:
    """The database does not answer, or stayed locked: nothing was changed, come back soon."""
    detail = "The database did not answer in time. Nothing was changed."
    if is_api(request):
        response = _problem(503, "unavailable", detail)
    else:
        response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = str(AGAIN_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _problem(413, "too_large", "The body is larger than this server reads.")
    return _problem(400, "bad_request", "The request could not be read.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        return _problem(403, "permission_denied", "You may not do this.")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        return _problem(404, "not_found", "Not found.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_api(request):
        return _problem(500, "server_error", "Something went wrong here. Nothing was changed.")
    return defaults.server_error(request)


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    body = problem(status=status, code=code, detail=detail)
    return JsonResponse(body, status=status, content_type=PROBLEM)
