"""Beginning a chain: what is refused, and that nothing is made then."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core import tenancy
from core.models import Tenant, User
from locations.domain import tenants

GOOD = {
    "name": "Acme",
    "slug": "acme",
    "email": "ada@acme.example",
    "password": "long enough to keep",
    "currency": "AUD",
    "time_zone": "Australia/Melbourne",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", "admin"), ("slug", "static"), ("time_zone", "Mars/Olympus"), ("currency", "dollars")],
)
def test_a_chain_with_an_unusable_value_is_refused_and_nobody_is_made(db, field, value):
    with pytest.raises(ValidationError):
        tenants.create(**{**GOOD, field: value})
    with tenancy.across_tenants("a test looks for what was made"):
        assert not Tenant.objects.filter(name="Acme").exists()
        assert not User.objects.filter(email=GOOD["email"]).exists()
