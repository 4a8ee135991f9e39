"""Tenant: one chain of shops. Every row that belongs to one says so."""

from __future__ import annotations

import uuid
import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

RESERVED = frozenset({"account", "admin", "api", "livez", "parts", "readyz", "sign-in", "sign-out"})
RESERVED |= {"static", "ws"}  # first words of our own addresses


def check_slug(slug: str) -> None:
    """Raises ValidationError for a word that an address of ours begins with."""
    if slug in RESERVED:
        raise ValidationError(f"{slug} is a word of ours: choose another.", code="reserved")


def check_time_zone(name: str) -> None:
    """Raises ValidationError for what is no time zone, for example Australia/Melbourne."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone, like Europe/Paris.", code="time_zone")


CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Three capital letters, for example AUD.")


class Tenant(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(
        max_length=60, unique=True, validators=[check_slug], help_text="Part of every address."
    )
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    time_zone = models.CharField(max_length=60, default="UTC", validators=[check_time_zone])
    policies = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TenantOwned(models.Model):
    """A row of one tenant. Row-level security and composite foreign keys hold it there."""

    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )

    class Meta:
        abstract = True


class TenantStamped(models.Model):
    """A row of one tenant on a hot path: the policy checks its tenant, no foreign key does."""

    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.DO_NOTHING,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True
