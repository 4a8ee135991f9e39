"""Connection: one chain's account at one provider. Endpoint: where that provider posts to."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from core.models import TenantOwned, User


class ProviderName(models.TextChoices):
    """The {pos_system} of our addresses."""

    SQUARE = "square", "Square"
    TOAST = "toast", "Toast"
    LIGHTSPEED = "lightspeed", "Lightspeed Restaurant"


class Connection(TenantOwned):
    class State(models.TextChoices):
        ACTIVE = "ACTIVE", "active"
        PAUSED = "PAUSED", "paused"  # keeps what comes in, works on nothing
        ARCHIVED = "ARCHIVED", "archived"

    class Environment(models.TextChoices):
        PRODUCTION = "production", "production"
        SANDBOX = "sandbox", "sandbox"

    class RestockPolicy(models.TextChoices):
        AS_STATED = "as_stated", "as the till states; silence waits for a person"
        ALWAYS = "always", "every return goes back to stock"
        NEVER = "never", "no return goes back to stock"

    provider = models.CharField(max_length=12, choices=ProviderName)
    name = models.CharField(max_length=120)
    environment = models.CharField(
        max_length=10, choices=Environment, default=Environment.PRODUCTION
    )
    base_url = models.URLField(
        blank=True, default="", help_text="Only for a test system; empty: the provider's own."
    )
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    restock_policy = models.CharField(
        max_length=9, choices=RestockPolicy, default=RestockPolicy.AS_STATED
    )
    oldest_days = models.PositiveSmallIntegerField(
        default=35, help_text="Facts older than this wait for a person."
    )
    # Sealed for "connection:<id>": shown to nobody, opened only for the client.
    sealed_secrets = models.BinaryField(null=True, editable=False)
    sealed_tokens = models.BinaryField(null=True, editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    last_event_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        db_table = "pos_configurations"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=~models.Q(state="ARCHIVED"),
                name="connection_name_is_unique",
            )
        ]

    def __str__(self) -> str:
        return self.name


class MerchantLink(TenantOwned):
    """One of their merchants (Toast: restaurants) that a connection speaks for.

    Unique over all chains: a merchant's events go to one of them and never to two.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="merchants")
    provider = models.CharField(max_length=12, choices=ProviderName)
    environment = models.CharField(max_length=10, choices=Connection.Environment)
    external_id = models.CharField(max_length=120)

    class Meta:
        db_table = "pos_merchants"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "environment", "external_id"], name="merchant_has_one_chain"
            )
        ]

    def __str__(self) -> str:
        return self.external_id


class Endpoint(models.Model):
    """Where a provider posts: for one connection, or for an application that serves all chains."""

    provider = models.CharField(max_length=12, choices=ProviderName)
    # Both empty: an application's endpoint, its events are routed by the verified merchant.
    tenant = models.ForeignKey(
        "core.Tenant", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="endpoints", null=True, blank=True
    )
    # Sealed for "endpoint:<id>": all secrets that verify now; two while one is being replaced.
    sealed_secrets = models.BinaryField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pos_endpoints"

    def __str__(self) -> str:
        return f"{self.provider} endpoint {self.pk}"
