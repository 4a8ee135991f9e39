"""Official and computed signature cases, and the Basic credentials of K-Series."""

import pytest

from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import BadSignature, Webhook
from tests.pos_bridge.providers import samples

CASES = [
    (provider, case)
    for provider in ("square", "toast")
    for case in samples.signature_cases(provider)
]


@pytest.mark.parametrize(("provider", "case"), CASES, ids=lambda value: str(value)[:60])
def test_a_known_signature_fits_or_does_not(provider, case):
    webhook = Webhook(
        case["body"].encode(),
        {case["header"].lower(): case["signature"]},
        case.get("notification_url", ""),
    )

    if case["valid"]:
        PROVIDERS[provider].verify(webhook, [case["secret"]])
    else:
        with pytest.raises(BadSignature):
            PROVIDERS[provider].verify(webhook, [case["secret"]])


def test_k_series_shows_the_name_and_password_it_was_given():
    case = samples.signature_cases("lightspeed_k")[0]
    webhook = Webhook(b"{}", {"authorization": case["value"]})

    PROVIDERS["lightspeed"].verify(webhook, [f"{case['username']}:{case['password']}"])
    with pytest.raises(BadSignature):
        PROVIDERS["lightspeed"].verify(webhook, [f"{case['username']}:other"])


def test_toast_signs_with_its_timestamp_exactly_as_written():
    case = samples.signature_cases("toast")[0]
    signed = {"toast-signature": case["signature"]}
    later = case["body"].replace(case["timestamp"], "2026-03-04T15:20:31.413Z").encode()

    with pytest.raises(BadSignature):
        PROVIDERS["toast"].verify(Webhook(later, signed), [case["secret"]])


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"timestamp": 5}', b'{"timestamp": null}', b"not json", b'"timestamp"']
)
def test_toast_without_a_timestamp_cannot_be_believed(body):
    with pytest.raises(BadSignature):
        PROVIDERS["toast"].verify(Webhook(body, {"toast-signature": "x"}), ["secret"])


def test_toast_does_not_look_at_more_than_it_takes():
    toast = PROVIDERS["toast"]
    body = b'{"timestamp": "2026-03-04T15:20:31.412Z", "x": "' + b"x" * toast.max_body + b'"}'

    with pytest.raises(BadSignature, match="too large"):
        toast.verify(Webhook(body, {"toast-signature": "x"}), ["secret"])
