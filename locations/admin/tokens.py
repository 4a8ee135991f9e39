"""Tokens of programs: issued by the domain, shown once, revoked at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from core.models import ApiToken
from locations.admin.base import TenantAdmin, actor_of
from locations.domain import people
from locations.forms import TokenForm
from locations.roles import Role, TenantPermission


@admin.register(ApiToken)
class ApiTokenAdmin(TenantAdmin):
    change_right = TenantPermission.MANAGE_PEOPLE
    form = TokenForm  # type: ignore[assignment]  # its tenant is the domain's business
    list_display = ("name", "prefix", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "prefix")
    fields = ("name", "role", "scopes", "has_all_locations", "locations", "expires_at")
    shown = (
        "name",
        "prefix",
        "scopes",
        "user",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self.shown if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.shown if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001,RUF100 -- Django's signature
        if change:
            return  # nothing of a token can be changed
        values = form.cleaned_data
        made = people.issue_token(
            name=values["name"],
            role=Role(values["role"]),
            scopes=values["scopes"],
            actor=actor_of(request),
            locations=form.places(),
            expires_at=values["expires_at"],
        )
        obj.pk, obj.prefix, obj.text = made.token.pk, made.token.prefix, made.text

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The only time its text is seen; a message would travel through a cookie."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{obj.name} is issued",
            "text": obj.text,
        }
        return TemplateResponse(request, "admin/token_issued.html", context)

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            try:
                people.revoke_token(token=token, actor=actor_of(request), at=timezone.now())
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.WARNING)
