"""What every request passes: a name for it, and the one tenant whose rows its view may see.

A view runs inside `tenancy.acting_for`: it commits when it answers well and leaves no trace when
it raises, refuses or was a dry run. What is open to all is listed here and nowhere else.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from auditlog.context import set_actor
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from config import errors
from core import tenancy
from core.domain import audit
from core.models import Tenant, User
from locations import access, queries
from locations.roles import TenantPermission

logger = logging.getLogger(__name__)

OPEN = frozenset({"sign-in", "sign-out", "livez", "readyz", "api-schema", "api-docs"})
WEBHOOKS = "api/v1/webhooks/"  # signed by their senders; they read no session and no tenant

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
REFUSED = 400  # this status and above: nothing of the request stays
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")

View = Callable[..., HttpResponseBase]
Next = Callable[[HttpRequest], HttpResponseBase]


class RequestId:
    """Names the request, in the answer and the audit trail; keeps a caller's good name."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        name = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        token = audit.request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            audit.request_id.reset(token)
        response.headers["X-Request-Id"] = name
        return response


class Scope:
    """Finds whose request this is and runs its view there; closed to strangers by default."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if _is_open(request):
            return None
        try:
            if "tenant_id" in kwargs:
                return _answer_program(request, view, kwargs)
            return _answer_person(request, view, kwargs)
        except (OperationalError, InterfaceError) as error:
            logger.error("The database did not answer: %s", type(error).__name__)  # noqa: TRY400 -- no SQL in logs
            return errors.answer_away(request)


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.view_name in OPEN or match.route.startswith(WEBHOOKS))


def _answer_program(
    request: HttpRequest, view: View, kwargs: Mapping[str, Any]
) -> HttpResponseBase:
    with tenancy.across_tenants("whose request this is"):
        _ = request.user.is_authenticated  # loaded now: its rows are not the tenant's
        tenant = Tenant.objects.filter(pk=kwargs["tenant_id"]).first()
    if tenant is None:
        # The API's own permission refuses, so that a missing chain answers as a foreign one.
        return view(request, **kwargs)
    return _run(request, tenant, view, kwargs)


def _answer_person(
    request: HttpRequest, view: View, kwargs: Mapping[str, Any]
) -> HttpResponseBase | None:
    with tenancy.across_tenants("whose request this is"):
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if request.path.startswith("/admin/"):
            tenant = _tenant_of_admin(request, request.user)
        elif "tenant" in kwargs:
            tenant = Tenant.objects.filter(slug=kwargs["tenant"]).first()
        else:
            return None  # a page about the person alone; it has no tenant's rows to see
    if tenant is None:
        raise Http404
    return _run(request, tenant, view, kwargs)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):  # a fragment would land inside the page
        return HttpResponseClientRedirect(redirect_to_login("/", settings.LOGIN_URL).url)
    if request.method not in SAFE:
        return redirect_to_login("/", settings.LOGIN_URL)
    return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)


def _tenant_of_admin(request: HttpRequest, user: User) -> Tenant | None:
    """The chain chosen in the session, else the first one whose admin site the person may open."""
    chosen = str(request.session.get("admin_tenant", ""))
    chains = queries.chains_where(user, TenantPermission.OPEN_ADMIN)
    first = chains[0] if chains else None
    return next((chain for chain in chains if str(chain.pk) == chosen), first)


def _run(
    request: HttpRequest, tenant: Tenant, view: View, kwargs: Mapping[str, Any]
) -> HttpResponseBase:
    request.tenant = tenant  # type: ignore[attr-defined]  # read by views; Django has no place for it
    is_page = "tenant_id" not in kwargs
    if request.method not in SAFE and request.content_type != "multipart/form-data":
        _ = request.body  # kept, so that the view can read it again when it runs again

    def step() -> HttpResponseBase:
        with tenancy.acting_for(tenant), set_actor(SimpleLazyObject(lambda: request.user)):
            if is_page and access.membership_of(request.user) is None:
                raise Http404
            return _finish(request, view(request, **kwargs))

    return tenancy.retrying(step)


def _finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Render inside the scope, and leave no trace of a refusal or a dry run."""
    render = getattr(response, "render", None)
    if callable(render) and not getattr(response, "is_rendered", True):
        response = render()
    if response.status_code >= REFUSED:
        transaction.set_rollback(True)
    elif request.method not in SAFE and request.GET.get("dry_run") == "true":
        transaction.set_rollback(True)
        response.headers["Dry-Run"] = "true"
    return response
