"""What stands around every page: the rail, the places, the person, and where the feed goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from core.models import Tenant, User
from inventory.queries import feed
from locations import access
from locations.models import Location, Membership
from locations.roles import FOR_TENANT, TenantPermission
from pos_bridge import queries as tills

ALL = "all"
THIS_MACHINE = {"127.0.0.1", "localhost", "::1", "0.0.0.0"}  # noqa: S104 -- compared, not bound


class PageRequest(HttpRequest):
    """A request as a page's view gets it: of a member, inside the chain's scope."""

    tenant: Tenant
    user: User
    htmx: HtmxDetails


def chosen(places: Sequence[Location], code: str) -> Location | None:
    """The place the address names; None for all. Raises Http404 for one not among them."""
    if code == ALL:
        return None
    for place in places:
        if place.code == code:
            return place
    raise Http404


def context(
    request: PageRequest, *, places: Sequence[Location], here: Location | None
) -> dict[str, Any]:
    """Everything `shell.html` takes. Asks the feed's numbers, so call it before reading rows:
    a page may then hear of a change it shows already, but never miss one."""
    membership = access.membership_of(request.user)
    rights = FOR_TENANT[membership.role] if membership else frozenset()
    return {
        "tenant": request.tenant,
        "location": shown(here) if here else None,
        "locations": _switcher(request.tenant, places, here),
        "nav": _nav(request, here, rights),
        "person": _person(request.user, membership),
        "live": _live(request.tenant, [here] if here else places),
        "theme": request.user.theme,
        "unmapped": _unmapped(rights),
    }


def show(request: PageRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page or a piece of one; never kept by caches, for it is this person's, now."""
    response = render(request, template, context)
    add_never_cache_headers(response)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    port = _live_port()
    if port:  # the socket is on this host, by whatever name the person reached it
        host = request.get_host().rsplit(":", 1)[0]
        response._csp_update = {"connect-src": [f"ws://{host}:{port}"]}  # type: ignore[attr-defined]  # noqa: SLF001, RUF100 -- django-csp's way
    return response


def shown(place: Location) -> dict[str, Any]:
    return {"code": place.code, "name": place.name, "kind_label": place.get_kind_display()}


def _switcher(
    tenant: Tenant, places: Sequence[Location], here: Location | None
) -> list[dict[str, Any]]:
    everywhere = {"code": ALL, "name": _("All locations"), "kind_label": ""}
    choices = [(everywhere, here is None)] if len(places) > 1 else []
    choices += [(shown(place), place == here) for place in places]
    return [
        {**choice, "url": reverse("stock-list", args=[tenant.slug, choice["code"]])}
        | {"is_current": is_current}
        for choice, is_current in choices
    ]


def _nav(
    request: PageRequest, here: Location | None, rights: frozenset[TenantPermission]
) -> list[dict[str, Any]]:
    stock = reverse("stock-list", args=[request.tenant.slug, here.code if here else ALL])
    entries = [{"key": "stock", "label": _("Stock"), "url": stock, "icon": "box"}]
    if TenantPermission.OPEN_ADMIN in rights and request.user.is_staff:
        admin = reverse("admin:index")
        entries.append({"key": "admin", "label": _("Admin"), "url": admin, "icon": "settings"})
    return [{**entry, "count": None, "is_current": entry["key"] == "stock"} for entry in entries]


def _person(user: User, membership: Membership | None) -> dict[str, str]:
    role = membership.get_role_display() if membership else ""
    return {"name": user.name, "initials": user.initials, "role_label": role.capitalize()}


def _live(tenant: Tenant, places: Sequence[Location]) -> dict[str, Any]:
    seqs = feed.streams([place.pk for place in places])
    port = _live_port()
    path = f"/ws/{tenant.slug}/stock"
    return {
        "url": "" if port or not settings.LIVE_URL else settings.LIVE_URL.rstrip("/") + path,
        "port": port,
        "path": path,
        "tenant": str(tenant.pk),
        "locations": [
            {"id": place.pk, "code": place.code, "name": place.name, "seq": seqs.get(place.pk, 0)}
            for place in places
        ],
    }


def _live_port() -> str:
    """The port of a live process on the page's own host; empty when it has its own address."""
    address = urlsplit(settings.LIVE_URL)
    return str(address.port or "") if address.hostname in THIS_MACHINE else ""


def _unmapped(rights: frozenset[TenantPermission]) -> dict[str, Any] | None:
    if TenantPermission.VIEW_CONNECTIONS not in rights:
        return None
    count = tills.unmapped_count()
    if not count:
        return None
    page = f"{reverse('admin:pos_bridge_transactionline_changelist')}?state__exact=UNMAPPED"
    return {"count": count, "url": page if TenantPermission.OPEN_ADMIN in rights else None}
