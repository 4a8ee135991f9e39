"""Opening and closing the places that hold stock."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import tenancy
from core.domain import audit
from core.models import User
from locations.domain import memberships
from locations.models import Location


class AlreadyClosed(ValidationError):
    """Refused: the location is closed."""


@transaction.atomic
def open_location(*, code: str, name: str, actor: User, **fields: Any) -> Location:
    """Open a location; whoever has all locations has this one too. Raises ValidationError."""
    location = Location(tenant_id=tenancy.acting_tenant(), code=code, name=name, **fields)
    location.full_clean()
    location.save()
    memberships.extend_to(location)
    audit.record(actor=actor, action="location.opened", target=f"location:{location.pk}", code=code)
    return location


@transaction.atomic
def close_location(*, location: Location, actor: User, at: datetime.datetime) -> None:
    """Close a location: its history stays, it takes no new requests. Raises AlreadyClosed."""
    locked = Location.objects.select_for_update().get(pk=location.pk)
    if locked.closed_at:
        raise AlreadyClosed(f"{location.name} is closed already.", code="already_closed")
    locked.closed_at = at
    locked.save(update_fields=["closed_at"])
    audit.record(
        actor=actor, action="location.closed", target=f"location:{location.pk}", code=location.code
    )
