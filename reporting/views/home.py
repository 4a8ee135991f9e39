"""Where a person begins, and what belongs to the person alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import tenancy
from core.models import Tenant, User
from locations import access, queries


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the person's stock; by way of a choice for people of several chains."""
    user = _person(request)
    with tenancy.across_tenants("home"):
        chains = queries.chains_of(user)
    starts = {chain: _start(chain, user) for chain in chains}
    open_to = {chain: url for chain, (url, _) in starts.items() if url}
    if len(open_to) == 1 and len(chains) == 1:
        return redirect(open_to[chains[0]])
    if not open_to:
        tenant = chains[0] if chains else None
        return render(request, "reporting/no_locations.html", {"tenant": tenant, "person": user})
    choices = [
        {"name": chain.name, "role_label": starts[chain][1], "url": url}
        for chain, url in open_to.items()
    ]
    return render(request, "reporting/choose_tenant.html", {"tenants": choices})


@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """Every part of the pages, in both themes."""
    return render(request, "reporting/parts.html")


@require_POST
def save_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or as the system, for this person on every machine."""
    theme = request.POST.get("theme", "")
    if theme not in User.Theme.values:
        return HttpResponse("No such theme.", status=400, content_type="text/plain")
    with tenancy.across_tenants("a person's own choice"):
        User.objects.filter(pk=_person(request).pk).update(theme=theme)
    return HttpResponse(status=204)


def _start(chain: Tenant, user: User) -> tuple[str, str]:
    """Where the person's stock in a chain is, empty when no place is open; and the role there."""
    with tenancy.acting_for(chain):
        places = queries.places_seen_by(user)
        membership = access.membership_of(user)
    role = membership.get_role_display().capitalize() if membership else ""
    return (reverse("stock-list", args=[chain.slug, places[0].code]) if places else ""), role


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "Pages need somebody signed in."  # noqa: S101 -- Scope saw to it
    return request.user
