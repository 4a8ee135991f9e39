"""What an administrator fills in about people and programs."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold import widgets

from core.models import ApiToken
from locations import access
from locations.models import Location, Membership
from locations.roles import Permission, Role, TenantPermission

FOR_PEOPLE = [choice for choice in Role.choices if choice[0] != Role.TILL]
FOR_PROGRAMS = [choice for choice in Role.choices if choice[0] not in {Role.OWNER, Role.TILL}]
SCOPES = [*Permission.choices, *TenantPermission.choices]


class Where(forms.Form):
    """At all locations, or at those named."""

    has_all_locations = forms.BooleanField(
        label="All locations",
        required=False,
        help_text="Also those that open later.",
        widget=widgets.UnfoldBooleanWidget,
    )
    locations = forms.ModelMultipleChoiceField(
        queryset=Location.objects.none(),
        required=False,
        widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["locations"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 -- told to mypy
        field.queryset = Location.objects.all()

    def places(self) -> list[Location] | None:
        """None stands for all."""
        if self.cleaned_data["has_all_locations"]:
            return None
        return list(self.cleaned_data["locations"])


class MembershipForm(Where, forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """What somebody is in the chain, and where."""

    role = forms.ChoiceField(choices=FOR_PEOPLE, widget=widgets.UnfoldAdminSelectWidget)

    class Meta:
        model = Membership
        fields = ("role", "has_all_locations")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            held = access.locations_where(self.instance.user, Permission.VIEW_STOCK)
            self.initial["locations"] = list(held.values_list("pk", flat=True))
            if self.instance.role == Role.TILL:
                field = self.fields["role"]
                assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- told to mypy
                field.choices = Role.choices


class NewMemberForm(MembershipForm):
    """The same of somebody who is brought in."""

    email = forms.EmailField(label="E-mail", widget=widgets.UnfoldAdminEmailInputWidget)
    name = forms.CharField(
        max_length=120,
        required=False,
        help_text="Of somebody who has no account yet.",
        widget=widgets.UnfoldAdminTextInputWidget,
    )
    password = forms.CharField(
        required=False,
        strip=False,
        help_text="The first one, of somebody who has no account yet.",
        widget=widgets.UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


class TokenForm(Where, forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A token to be issued. It may do what both its role and its scopes allow."""

    role = forms.ChoiceField(
        choices=FOR_PROGRAMS, initial=Role.INTEGRATOR, widget=widgets.UnfoldAdminSelectWidget
    )
    scopes = forms.MultipleChoiceField(
        choices=SCOPES, widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = ApiToken
        fields = ("name", "scopes", "expires_at")
