"""Members of the chain and the users behind them. Access is granted by the domain."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest

from core.models import User
from locations.admin.base import HistoryAdmin, TenantAdmin, actor_of
from locations.domain import memberships, people
from locations.forms import MembershipForm, NewMemberForm
from locations.models import Membership
from locations.roles import Role, TenantPermission

admin.site.unregister(Group)  # rights are held on locations, by no group


@admin.register(User)
class UserAdmin(HistoryAdmin):
    """People and service users of the chain. They belong to themselves, so nothing is changed."""

    list_display = ("name", "email", "kind", "is_active", "last_login")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "email")
    ordering = ("name", "id")
    fields = ("name", "email", "kind", "is_active", "last_login", "created_at")


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    change_right = TenantPermission.MANAGE_PEOPLE
    can_delete = True
    form = MembershipForm  # type: ignore[assignment]  # its tenant is the domain's business
    list_display = ("user", "role", "has_all_locations", "created_at")
    list_select_related = ("user",)
    list_filter = ("role", "has_all_locations")
    search_fields = ("user__name", "user__email")
    ordering = ("user__name", "id")

    def get_form(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, **{"form": MembershipForm if obj else NewMemberForm, **kwargs}
        )

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        who = ("user",) if obj else ("email", "name", "password")
        return (*who, "role", "has_all_locations", "locations")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("user",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001,RUF100 -- Django's signature
        values: dict[str, Any] = {
            "role": Role(form.cleaned_data["role"]),
            "actor": actor_of(request),
            "locations": form.places(),
        }
        if change:
            memberships.grant(user=obj.user, **values)
            return
        who = {key: form.cleaned_data[key] for key in ("email", "name", "password")}
        made = people.bring_in(**who, **values)
        obj.pk, obj.user, obj.tenant_id = made.pk, made.user, made.tenant_id

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        memberships.revoke(user=obj.user, actor=actor_of(request))
