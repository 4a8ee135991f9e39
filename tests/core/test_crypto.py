"""What is sealed opens for its owner alone, with any of our keys, and only as it was sealed."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from core import crypto

OWNER = "connection:17"
SECRET = {"token": "very-secret", "name": "é"}


def key(number):
    return base64.b64encode(bytes([number]) * 32).decode()


@pytest.mark.proves("S15")
def test_what_is_sealed_opens_again_and_shows_nothing_meanwhile():
    record = crypto.seal(SECRET, owner=OWNER)

    assert b"secret" not in record
    assert crypto.unseal(memoryview(record), owner=OWNER) == SECRET


def test_the_same_secret_never_looks_the_same():
    assert crypto.seal(SECRET, owner=OWNER) != crypto.seal(SECRET, owner=OWNER)


@pytest.mark.proves("S15")
def test_a_record_copied_to_another_owner_does_not_open():
    record = crypto.seal(SECRET, owner=OWNER)
    with pytest.raises(crypto.CannotOpen, match="connection:18"):
        crypto.unseal(record, owner="connection:18")


@pytest.mark.proves("S15")
@pytest.mark.parametrize("place", [0, 4, 16, -1])
def test_an_altered_record_does_not_open(place):
    record = bytearray(crypto.seal(SECRET, owner=OWNER))
    record[place] ^= 1
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(bytes(record), owner=OWNER)


@pytest.mark.parametrize("length", [0, 3, 16, 20])
def test_a_cut_record_does_not_open(length):
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(crypto.seal(SECRET, owner=OWNER)[:length], owner=OWNER)


@pytest.mark.proves("S14")
def test_keys_rotate_the_first_seals_and_all_open(settings):
    settings.FIELD_ENCRYPTION_KEYS = [key(1)]
    old = crypto.seal(SECRET, owner=OWNER)
    settings.FIELD_ENCRYPTION_KEYS = [key(2), key(1)]
    new = crypto.seal(SECRET, owner=OWNER)

    assert crypto.unseal(old, owner=OWNER) == crypto.unseal(new, owner=OWNER) == SECRET
    assert [crypto.is_sealed_with_newest(each) for each in (old, new)] == [False, True]

    settings.FIELD_ENCRYPTION_KEYS = [key(2)]
    assert crypto.unseal(new, owner=OWNER) == SECRET
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(old, owner=OWNER)


@pytest.mark.proves("S37")
@pytest.mark.parametrize("keys", [[], ["c2hvcnQ="], [key(1), "c2hvcnQ="]])
def test_without_proper_keys_nothing_is_sealed(settings, keys):
    settings.FIELD_ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="32 random bytes"):
        crypto.seal(SECRET, owner=OWNER)


@pytest.mark.proves("S16")
def test_a_fingerprint_tells_equals_apart_only_with_our_key(settings):
    first = crypto.fingerprint(b"4242")
    assert (first == crypto.fingerprint(b"4242"), first == crypto.fingerprint(b"4243")) == (
        True,
        False,
    )
    settings.FIELD_ENCRYPTION_KEYS = [key(9)]
    assert crypto.fingerprint(b"4242") != first
