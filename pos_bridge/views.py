"""Where the tills post.

Read, find, verify, redact, keep, answer, nudge: nothing is understood here.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.crypto import CannotOpen
from core.nudge import nudge
from pos_bridge.domain import inbox
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import BadSignature, Webhook
from pos_bridge.tasks import drain_inbox

logger = logging.getLogger(__name__)


class TooLarge(Exception):
    """The body is larger than this provider's events are."""


@csrf_exempt
@require_POST
def receive_webhook(
    request: HttpRequest, pos_system: str, connection_id: int | None = None
) -> HttpResponse:
    """Keep a signed event and answer 2xx once it is durable. Unknown connection and bad signature
    get the same answer."""
    provider = PROVIDERS.get(pos_system)
    if provider is None:
        return _problem(404, "not_found", "There is no such till system.")
    try:
        webhook = _webhook(request, provider.max_body)
        kept = inbox.accept(provider=provider, webhook=webhook, connection=connection_id)
    except TooLarge:
        return _problem(413, "too_large", f"At most {provider.max_body} bytes.")
    except BadSignature:
        logger.warning("A webhook of %s did not verify", pos_system)
        return _problem(401, "bad_signature", "No known secret made this signature.")
    except (DatabaseError, InterfaceError, CannotOpen, UnreadablePostError):
        logger.exception("A webhook could not be kept")
        answer = _problem(503, "unavailable", "Not kept: send it again later.")
        answer["Retry-After"] = "10"
        return answer
    if kept.is_new and kept.connection is not None:
        nudge(drain_inbox, connection_id=kept.connection)
    return JsonResponse({"status": "accepted" if kept.is_new else "duplicate"})


def _webhook(request: HttpRequest, most: int) -> Webhook:
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise TooLarge
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise TooLarge from error
    if len(body) > most:
        raise TooLarge
    headers = {name.lower(): value for name, value in request.headers.items()}
    # The address as registered with them comes from our settings, never from the Host header.
    return Webhook(body, headers, f"{settings.WEBHOOK_BASE_URL}{request.get_full_path()}")


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse(
        {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )
