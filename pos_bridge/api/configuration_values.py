"""What is sent to connect or change a till system, and what is answered: never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError as Refusal
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pos_bridge.api.base import LocationCode
from pos_bridge.domain import addresses, endpoints
from pos_bridge.models import Connection, LocationLink
from pos_bridge.models.connection import ProviderName
from pos_bridge.providers import PROVIDERS

LONGEST_SECRET = 2000
MOST = 500  # merchants or links in one request
EDITABLE_STATES = [
    choice for choice in Connection.State.choices if choice[0] != Connection.State.ARCHIVED
]

Values = dict[str, Any]


class Secret(serializers.CharField):
    """Taken in, shown to nobody."""

    def __init__(self, **options: Any) -> None:
        limits = {"max_length": LONGEST_SECRET, "trim_whitespace": True, "write_only": True}
        super().__init__(**{**limits, **options})


class LinkedLocationSerializer(serializers.ModelSerializer[LocationLink]):
    """Which location of ours theirs is."""

    external_id = serializers.CharField(max_length=120, help_text="Their id.")
    location = LocationCode(help_text="The code of ours.")

    class Meta:
        model = LocationLink
        fields = ("external_id", "location", "name")


class ConfigurationChangeSerializer(serializers.Serializer[Connection]):
    """All of a connection that can be changed."""

    name = serializers.CharField(max_length=120)
    environment = serializers.ChoiceField(Connection.Environment.choices, required=False)
    base_url = serializers.URLField(
        required=False, allow_blank=True, help_text="Only for a test system: another address."
    )
    state = serializers.ChoiceField(EDITABLE_STATES, required=False)
    restock_policy = serializers.ChoiceField(Connection.RestockPolicy.choices, required=False)
    oldest_days = serializers.IntegerField(required=False, min_value=1, max_value=3650)
    merchant_id = serializers.CharField(required=False, write_only=True, max_length=120)
    merchant_ids = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=MOST
    )
    credentials = serializers.DictField(
        child=Secret(allow_blank=True), required=False, write_only=True
    )
    webhook_secret = Secret(required=False)
    webhook_secrets = serializers.ListField(
        child=Secret(),
        required=False,
        write_only=True,
        max_length=5,
        help_text="All that verify; two while one is replaced. Lightspeed: username:password.",
    )
    location_links = LinkedLocationSerializer(many=True, required=False)
    version = serializers.IntegerField(
        required=False, write_only=True, help_text="As If-Match: refused when it is another."
    )

    def validate_base_url(self, url: str) -> str:
        if url:
            try:
                addresses.check(url)
            except Refusal as refusal:
                raise serializers.ValidationError(refusal.messages) from refusal
        return url

    def validate_name(self, name: str) -> str:
        others = Connection.objects.filter(name=name).exclude(state=Connection.State.ARCHIVED)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise serializers.ValidationError("Another connection has this name.")
        return name

    def validate(self, attrs: Values) -> Values:
        """The words of the domain: one list of merchants, one of secrets."""
        merchants = _listed(attrs, "merchant_id", "merchant_ids")
        if merchants is not None:
            attrs["merchants"] = merchants
        secrets = _listed(attrs, "webhook_secret", "webhook_secrets")
        if secrets:
            attrs["webhook_secrets"] = secrets
        if "credentials" in attrs:
            attrs["secrets"] = attrs.pop("credentials")
        return attrs


class ConfigurationCreationSerializer(ConfigurationChangeSerializer):
    """A new connection: also whose till system it is."""

    pos_system = serializers.ChoiceField(ProviderName.choices, required=False)
    provider = serializers.ChoiceField(
        ProviderName.choices, required=False, help_text="Another word for pos_system."
    )
    version = None  # type: ignore[assignment]  # a new one has none yet

    def validate(self, attrs: Values) -> Values:
        named = {attrs.pop(key) for key in ("pos_system", "provider") if key in attrs}
        if len(named) != 1:
            raise serializers.ValidationError({"pos_system": ["Name one till system."]})
        return {**super().validate(attrs), "provider": named.pop()}


class TillAbilitiesSerializer(serializers.Serializer[Any]):
    """What the till system can do at all."""

    pushes_sales = serializers.BooleanField()
    polls_sales = serializers.BooleanField()
    stock_push = serializers.CharField()
    states_restock = serializers.BooleanField()
    has_locations = serializers.BooleanField()


class ConfigurationSerializer(serializers.ModelSerializer[Connection]):
    """A connection as it stands."""

    pos_system = serializers.CharField(source="provider")
    merchant_ids = serializers.SerializerMethodField()
    has_credentials = serializers.SerializerMethodField()
    webhook_secrets = serializers.SerializerMethodField(help_text="How many verify now.")
    webhooks = serializers.SerializerMethodField(
        help_text="`ready`, or `no secret yet`: then nothing that is posted verifies."
    )
    webhook_url = serializers.SerializerMethodField(help_text="Give this to the till system.")
    location_links = LinkedLocationSerializer(many=True)
    capabilities = serializers.SerializerMethodField()

    class Meta:
        model = Connection
        fields = (
            "id",
            "pos_system",
            "name",
            "environment",
            "base_url",
            "state",
            "restock_policy",
            "oldest_days",
            "merchant_ids",
            "has_credentials",
            "webhook_secrets",
            "webhooks",
            "webhook_url",
            "location_links",
            "capabilities",
            "version",
            "last_event_at",
            "last_error",
            "created_at",
            "archived_at",
        )

    def get_merchant_ids(self, connection: Connection) -> list[str]:
        return sorted(link.external_id for link in connection.merchants.all())

    def get_has_credentials(self, connection: Connection) -> bool:
        return bool(connection.sealed_secrets or connection.sealed_tokens)

    def get_webhook_secrets(self, connection: Connection) -> int:
        return sum(endpoints.count_secrets(each) for each in connection.endpoints.all())

    def get_webhooks(self, connection: Connection) -> str:
        return "ready" if self.get_webhook_secrets(connection) else "no secret yet"

    def get_webhook_url(self, connection: Connection) -> str:
        return endpoints.address_of(connection)

    @extend_schema_field(TillAbilitiesSerializer)
    def get_capabilities(self, connection: Connection) -> Mapping[str, Any]:
        return TillAbilitiesSerializer(PROVIDERS[connection.provider].capabilities).data


def _listed(attrs: Values, one: str, many: str) -> list[str] | None:
    """Both spellings as one list without repeats; None when neither was sent."""
    if one not in attrs and many not in attrs:
        return None
    listed = [*attrs.pop(many, []), *([attrs.pop(one)] if one in attrs else [])]
    return list(dict.fromkeys(listed))
