"""What every provider promises: whom it believes, what it knows again, and what junk does."""

import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.providers import PROVIDERS, summary
from pos_bridge.providers.base import (
    BadSignature,
    Identity,
    Provider,
    UnreadablePayload,
    Webhook,
)
from tests.pos_bridge.providers import samples
from tests.pos_bridge.providers.lightspeed_k import signing as lightspeed_signing
from tests.pos_bridge.providers.square import signing as square_signing
from tests.pos_bridge.providers.toast import signing as toast_signing


@dataclass(frozen=True)
class Case:
    name: str
    signing: ModuleType
    webhook: bytes
    sale: bytes  # as webhook or answer, whichever carries the lines
    movements: list[dict[str, Any]]

    @property
    def provider(self) -> Provider:
        return PROVIDERS[self.name]


def _toast_paid() -> bytes:
    event = samples.document("toast", "webhook.order_updated.json")
    event["details"]["order"] = samples.document("toast", "api.orders.get.dine_in_paid.json")
    return samples.dump(event)


CASES = [
    Case(
        "square",
        square_signing,
        samples.body("square", "webhook.payment.updated.json"),
        samples.body("square", "synthetic.api.orders.get.return_order.json"),
        [
            {
                "kind": "return",
                "item": "BEMYCSMIJL46OCDV4KYIKXIB",
                "quantity": "1",
                "location": "P3CCK6HSNDAS7",
            }
        ],
    ),
    Case(
        "toast",
        toast_signing,
        _toast_paid(),
        _toast_paid(),
        [
            {
                "kind": "sale",
                "item": "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20",
                "quantity": "1",
                "location": "0cd990c9-fd74-461d-8468-de2a0919ccbba",
            }
        ],
    ),
    Case(
        "lightspeed",
        lightspeed_signing,
        samples.body("lightspeed_k", "webhook.order.closed.json"),
        samples.body("lightspeed_k", "webhook.order.closed.json"),
        [{"kind": "sale", "item": "21", "quantity": "1", "location": "247158188015618"}],
    ),
]

every_provider = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_every_provider_keeps_the_contract():
    assert [case.name for case in CASES] == list(PROVIDERS)


@every_provider
def test_its_own_signature_is_believed_with_any_of_the_live_secrets(case):
    webhook = case.signing.sign(case.webhook)

    case.provider.verify(webhook, [case.signing.SECRET])
    case.provider.verify(webhook, [case.signing.OTHER_SECRET, case.signing.SECRET])


@every_provider
@pytest.mark.parametrize("secrets", ["other", "none", "empty"])
def test_another_secret_is_not_believed(case, secrets):
    known = {"other": [case.signing.OTHER_SECRET], "none": [], "empty": [""]}[secrets]

    with pytest.raises(BadSignature):
        case.provider.verify(case.signing.sign(case.webhook), known)


@every_provider
def test_an_empty_secret_signs_nothing(case):
    with pytest.raises(BadSignature):
        case.provider.verify(case.signing.sign(case.webhook, ""), [""])


@every_provider
def test_a_changed_body_is_not_believed_where_the_body_is_signed(case):
    signed = case.signing.sign(case.webhook)
    changed = Webhook(case.webhook + b" ", signed.headers, signed.url)

    if case.signing.SIGNS_BODY:
        with pytest.raises(BadSignature):
            case.provider.verify(changed, [case.signing.SECRET])
    else:
        case.provider.verify(changed, [case.signing.SECRET])


@every_provider
@pytest.mark.parametrize(
    "header", [None, "", "x", "Basic", "Basic !!", "Bearer aG9va3M=", "\udcff"]
)
def test_no_signature_or_nonsense_is_not_believed(case, header):
    signed = case.signing.sign(case.webhook)
    headers = {} if header is None else dict.fromkeys(signed.headers, header)

    with pytest.raises(BadSignature):
        case.provider.verify(Webhook(case.webhook, headers, signed.url), [case.signing.SECRET])


@every_provider
def test_the_same_event_again_is_known_and_another_is_not(case):
    once = case.provider.identify(case.signing.sign(case.webhook))
    again = case.provider.identify(case.signing.sign(case.webhook))
    document = json.loads(case.webhook)
    document["event_id"] = document["guid"] = document["thirdPartyReference"] = "another"
    other = case.provider.identify(case.signing.sign(samples.dump(document)))

    assert once == again
    assert once.dedupe != other.dedupe


@every_provider
def test_what_was_identified_is_what_is_read(case):
    webhook = case.signing.sign(case.webhook)

    assert case.provider.read(case.webhook).identity == case.provider.identify(webhook)


@every_provider
def test_a_sale_moves_what_it_says(case):
    reading = summary.read(case.provider, case.sale)

    assert summary.of_reading(reading)["status"] == "read"
    assert summary.of_reading(reading)["movements"] == case.movements


@every_provider
def test_an_event_of_an_unknown_kind_is_ignored(case):
    document = json.loads(case.webhook)
    document["type"] = document["eventCategory"] = "something.new"

    assert case.provider.read(samples.dump(document)).status == "ignored"


# Junk, of any shape, does one of two things.

KNOWN_KEYS = """
    type event_id merchant_id data object payment order order_id location_id status state version
    created_at updated_at closed_at line_items uid quantity modifiers returns return_line_items
    counts changes inventory_counts catalog_object_id eventCategory guid details restaurantGuid
    checks selections item multiLocationId paymentStatus modifiedDate openedDate timestamp sales
    businessLocationId account salesEntries accountFiscId salesLines timeClosed sku id data sale
    total_money net_amounts amount currency price preModifier deleted count orders
"""
KNOWN_WORDS = """
    order.updated payment.updated inventory.count.updated COMPLETED IN_STOCK PAID order_updated
    stock menus ORDER ITEM CLOSED SALE VOID 1 2.5 -1 2020-01-01T00:00:00Z 1970-01-01 null
"""
KEYS, WORDS = (st.sampled_from(known.split()) for known in (KNOWN_KEYS, KNOWN_WORDS))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=40,
)


def _read_or_refuse(provider: Provider, body: bytes) -> None:
    for kind in ("webhook", "answer"):
        try:
            reading = provider.read(body, kind)
        except UnreadablePayload:
            continue
        assert all(line.quantity > 0 for order in reading.orders for line in order.lines)
        json.dumps(summary.of_reading(reading)).encode()


@every_provider
@settings(deadline=None)  # other work on the machine is no failure of ours
@given(body=st.binary(max_size=200))
def test_arbitrary_bytes_never_raise_anything_else(case, body):
    webhook = Webhook(body, dict.fromkeys(case.signing.sign(case.webhook).headers, "x"))

    assert isinstance(case.provider.identify(webhook), Identity)
    with pytest.raises(BadSignature):
        case.provider.verify(webhook, [case.signing.SECRET])
    _read_or_refuse(case.provider, body)


@every_provider
@settings(deadline=None)  # other work on the machine is no failure of ours
@given(document=DOCUMENTS)
def test_arbitrary_documents_never_raise_anything_else(case, document):
    body = json.dumps(document).encode()

    assert isinstance(case.provider.identify(Webhook(body, {})), Identity)
    _read_or_refuse(case.provider, body)


@every_provider
@settings(deadline=None)  # other work on the machine is no failure of ours
@given(data=st.data())
def test_a_payload_with_one_thing_replaced_never_raises_anything_else(case, data):
    document = json.loads(data.draw(st.sampled_from([case.webhook, case.sale])))
    place = document
    while True:
        key = data.draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(DOCUMENTS)

    body = json.dumps(document).encode()
    assert isinstance(case.provider.identify(Webhook(body, {})), Identity)
    _read_or_refuse(case.provider, body)


@every_provider
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"type": 1e999999999}',
        b'{"type": NaN}',
        b'{"type": "a", "type": "b"}',
        b'{"id": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        '{"type": "order.updated"}'.encode("utf-16"),
        b'{"type":' * 33 + b"{}" + b"}" * 33,
    ],
    ids=range(11),
)
def test_what_is_no_acceptable_json_is_unreadable_and_known_by_its_bytes(case, body):
    with pytest.raises(UnreadablePayload):
        case.provider.read(body)
    assert case.provider.identify(Webhook(body, {})).dedupe.startswith("sha256:")
