"""The admin site: one chain at a time, for those whose role there may open it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.sites import UnfoldAdminSite

from core import tenancy
from core.models import Tenant, User
from locations import access, queries
from locations.roles import TenantPermission


class Site(UnfoldAdminSite):
    """Shows which chain it works in, and leads to the others the person may administer."""

    def has_permission(self, request: HttpRequest) -> bool:
        return access.can_in_tenant(request.user, TenantPermission.OPEN_ADMIN)

    def extra_urls(self) -> list[URLPattern]:
        return [path("chain/", self.admin_view(self.choose_chain), name="chain")]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        tenant = getattr(request, "tenant", None)
        context["site_subheader"] = tenant.name if tenant else ""
        context["account_links"] = [{"title": "Change chain", "link": reverse("admin:chain")}]
        return context

    def choose_chain(self, request: HttpRequest) -> HttpResponse:
        """The chains whose admin site the person may open; the chosen one stays in the session."""
        chains = self._chains(request)
        if request.method == "POST":
            for chain in chains:
                if str(chain.pk) == request.POST.get("chain"):
                    request.session["admin_tenant"] = str(chain.pk)
                    return redirect("admin:index")
        context = {**self.each_context(request), "title": "Change chain", "chains": chains}
        return TemplateResponse(request, "admin/chain.html", context)

    def _chains(self, request: HttpRequest) -> list[Tenant]:
        if not isinstance(request.user, User):
            return []
        with tenancy.across_tenants("the chains a person may administer"):
            return queries.chains_where(request.user, TenantPermission.OPEN_ADMIN)
