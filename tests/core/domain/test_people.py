"""Who comes in: people by password, programs by token, and nobody by anything else."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import tenancy
from core.domain import people
from core.models import ApiToken, User
from tests.factories import make_member, make_tenant, make_user

PASSWORD = "a rather long password"


def sign_in(email, password=PASSWORD):
    return authenticate(None, username=email, password=password)


def test_a_person_signs_in_by_e_mail_in_any_case(tenant):
    priya = make_user(email="Priya@example.com", password=PASSWORD)
    assert sign_in("priya@EXAMPLE.com") == priya


@pytest.mark.parametrize(
    "fields",
    [{"is_active": False}, {"kind": User.Kind.SERVICE}],
)
def test_who_is_switched_off_or_is_a_service_does_not_sign_in(tenant, fields):
    user = make_user(password=PASSWORD, **fields)
    assert sign_in(user.email) is None


def test_a_wrong_password_and_an_unknown_person_look_the_same(tenant):
    user = make_user(password=PASSWORD)
    assert sign_in(user.email, "another password") is None
    assert sign_in("nobody@example.com") is None


def test_an_e_mail_belongs_to_one_person_however_it_is_written(tenant):
    make_user(email="priya@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(email="PRIYA@example.com")


@pytest.mark.proves("S5")
def test_nobody_can_be_made_a_superuser(tenant):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(is_superuser=True)


@pytest.fixture
def made(tenant):
    service = people.service_user(tenant=tenant, name="Orders", purpose="token")
    return people.issue_token(
        tenant=tenant, name="Orders", user=service, scopes=["view_stock"], actor=make_member()
    )


def test_a_service_user_has_no_way_to_sign_in(tenant):
    service = people.service_user(tenant=tenant, name="Till 4", purpose="terminal")
    assert (service.kind, service.has_usable_password()) == (User.Kind.SERVICE, False)
    assert service.email.endswith(f"@{tenant.slug}.service.invalid")


@pytest.mark.proves("S8")
def test_of_a_token_only_its_digest_is_kept(made):
    stored = ApiToken.objects.get()
    assert bytes(stored.digest) == hashlib.sha256(made.text.encode()).digest()
    assert stored.prefix == made.text[:10]
    assert len(made.text) - len(people.TOKEN_PREFIX) >= 43  # 256 bit in base64
    kept = {name: str(value) for name, value in vars(stored).items()}
    assert not any(made.text in value for value in kept.values())


@pytest.mark.proves("S8")
def test_a_token_names_its_user_and_tenant(tenant, made):
    found = people.token_for(made.text, at=timezone.now())
    assert (found.pk, found.user, found.tenant) == (made.token.pk, made.token.user, tenant)
    assert people.token_for(made.text + "x", at=timezone.now()) is None
    assert people.token_for("", at=timezone.now()) is None


@pytest.mark.proves("S8")
@pytest.mark.parametrize("end", ["expires_at", "revoked_at"])
def test_an_ended_token_opens_nothing(made, end):
    now = timezone.now()
    ApiToken.objects.update(**{end: now})
    assert people.token_for(made.text, at=now) is None


def test_a_token_holds_until_the_moment_it_expires(made):
    now = timezone.now()
    ApiToken.objects.update(expires_at=now)
    assert people.token_for(made.text, at=now - timedelta(microseconds=1)) == made.token


@pytest.mark.proves("S27")
def test_a_token_of_a_user_who_was_switched_off_opens_nothing(made):
    with tenancy.across_tenants("a test"):
        User.objects.filter(pk=made.token.user_id).update(is_active=False)
    assert people.token_for(made.text, at=timezone.now()) is None


@pytest.mark.proves("S8")
def test_when_a_token_was_used_is_written_down_once_a_minute(made):
    def used_at():
        return ApiToken.objects.values_list("last_used_at", flat=True).get()

    first = timezone.now()
    for at, written in [
        (first, first),
        (first + timedelta(seconds=30), first),
        (first + timedelta(seconds=61), first + timedelta(seconds=61)),
    ]:
        people.token_for(made.text, at=at)
        assert used_at() == written


@pytest.mark.proves("S1")
def test_a_token_is_not_seen_by_another_tenant(made):
    with tenancy.acting_for(make_tenant()):
        assert not ApiToken.objects.exists()
