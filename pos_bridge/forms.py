"""What an administrator fills in about the tills. Secrets are taken in and never shown again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from unfold import widgets

from inventory.models import Item
from locations.admin.base import TenantForm
from pos_bridge.domain import addresses
from pos_bridge.models import Connection

SECRET_HELP = "Never shown again. What is named here replaces what was kept."  # noqa: S105 -- a text


class Unseen(widgets.UnfoldAdminTextareaWidget):
    """Takes a text in and gives none back, also when the form is shown again."""

    def format_value(self, value: Any) -> str:
        return ""


class Lines(forms.CharField):
    """One thing a line; blank lines say nothing."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # lines, not one text
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def run_validators(self, value: Any) -> None:
        """Each line is checked where it is used."""


class ConnectionForm(TenantForm):
    """A connection with its merchants; its secrets only go in."""

    base_url = forms.URLField(
        required=False,
        assume_scheme="https",
        help_text="Only for a test system; empty: the provider's own.",
        widget=widgets.UnfoldAdminURLInputWidget,
    )
    merchants = Lines(
        required=False,
        help_text="Their ids of your business (Toast: of each restaurant), one a line.",
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    credentials = Lines(
        required=False,
        help_text=f"One a line, for example access_token = …. {SECRET_HELP}",
        widget=Unseen(attrs={"rows": 3, "autocomplete": "off"}),
    )
    webhook_secrets = Lines(
        required=False,
        help_text=f"One a line; two while one is replaced. {SECRET_HELP}",
        widget=Unseen(attrs={"rows": 2, "autocomplete": "off"}),
    )

    class Meta:
        model = Connection
        fields = (
            "provider",
            "name",
            "environment",
            "base_url",
            "state",
            "restock_policy",
            "oldest_days",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            known = self.instance.merchants.order_by("external_id")
            self.initial["merchants"] = list(known.values_list("external_id", flat=True))

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"])
        if url:
            addresses.check(url)
        return url

    def clean_credentials(self) -> dict[str, str]:
        named = {}
        for line in self.cleaned_data["credentials"]:
            name, equals, secret = (part.strip() for part in line.partition("="))
            if not (name and equals and secret):
                raise forms.ValidationError("Write each as name = secret.")
            named[name] = secret
        return named


class LinkForm(forms.Form):
    """Which item of ours a sold thing is."""

    sku = forms.CharField(
        label="SKU of our item",
        max_length=64,
        required=False,
        help_text="Empty: it sells, but no stock moves.",
        widget=widgets.UnfoldAdminTextInputWidget,
    )
    factor = forms.DecimalField(
        label="Our units in one of theirs",
        initial=1,
        min_value=Decimal("0.000001"),
        max_digits=19,
        decimal_places=6,
        widget=widgets.UnfoldAdminTextInputWidget,
    )

    def clean_sku(self) -> Item | None:
        sku = self.cleaned_data["sku"]
        if not sku:
            return None
        item = Item.objects.filter(sku=sku).first()
        if item is None:
            raise forms.ValidationError("No item has this SKU.")
        return item
