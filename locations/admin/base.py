"""What every page of the admin site stands on: one chain, rights asked of our roles, evidence kept.

Django's own admin asks model permissions that hold everywhere; nobody has any here.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

from core import tenancy
from core.domain import audit
from core.models import User
from locations import access
from locations.roles import FOR_TENANT, TenantPermission

COUNTED_TO = 10_000  # rows a list counts at most: a page must not cost the whole table


def may(request: HttpRequest, right: TenantPermission) -> bool:
    """Whether the person holds the right in the chain; read once a request."""
    held = getattr(request, "rights_in_tenant", None)
    if held is None:
        membership = access.membership_of(request.user)
        held = FOR_TENANT[membership.role] if membership else frozenset()
        request.rights_in_tenant = held  # type: ignore[attr-defined]  # lives as long as the request
    return right in held


def actor_of(request: HttpRequest) -> User:
    """Who acts; the site lets nobody in who is not signed in."""
    if not isinstance(request.user, User):
        raise TypeError("Nobody is signed in.")
    return request.user


def with_name_of(field: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with the user's name as `{field}_name`. A join would hide what was done by somebody
    who has left the chain."""
    name = User.objects.filter(pk=OuterRef(f"{field}_id")).values("name")[:1]
    named: QuerySet[Any] = rows.annotate(**{f"{field}_name": Subquery(name)})
    return named


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """Counts COUNTED_TO rows and no more."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:COUNTED_TO].count())


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """Checks what is unique in a chain, though the chain itself is no field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hasattr(self.instance, "tenant_id") and self.instance.tenant_id is None:
            self.instance.tenant_id = tenancy.current_tenant()

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own hook
        return excluded - {"tenant"}


class TenantAdmin(ModelAdmin):
    """Rows of the chain the person works in. Without a `change_right` they are only looked at."""

    view_right = TenantPermission.OPEN_ADMIN
    change_right: TenantPermission | None = None
    can_add = True
    can_delete = False
    form = TenantForm
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request, TenantPermission.OPEN_ADMIN) and may(request, self.view_right)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.change_right is not None and may(request, self.change_right)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_add and self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_delete and self.has_change_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Never many rows away at once."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001,RUF100 -- Django's signature
        obj.save()
        self.note(request, obj, "changed" if change else "added", fields=sorted(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.note(request, obj, "deleted", was=str(obj))
        obj.delete()

    def note(self, request: HttpRequest, obj: Any, what: str, **data: Any) -> None:
        """The evidence of a change; the values themselves are in the log of fields."""
        name = self.opts.model_name
        audit.record(
            actor=actor_of(request), action=f"{name}.{what}", target=f"{name}:{obj.pk}", **data
        )

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._or_refusal(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._or_refusal(request, super().delete_view, *args, **kwargs)

    def _or_refusal(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> Any:
        """A refusal of the domain leaves no trace and is told on the same page."""
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return redirect(request.get_full_path())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The log of fields, which knows its chain; Django's own does not."""
        kind = ContentType.objects.get_for_model(self.model)
        address = reverse("admin:core_logentry_changelist")
        return redirect(f"{address}?content_type={kind.pk}&object_pk={object_id}")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Kept by `note` instead: Django's log has no chain."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """As above."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """As above."""


class HistoryAdmin(TenantAdmin):
    """Rows that are looked at and never written: by nobody, with no right."""

    can_add = False
    list_display_links = ("__str__",)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> list[str]:
        return [str(list_display[0])]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
