"""Card data is blanked, ids are left alone, and what could be parsed still can be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.redaction import redact

PLACES = [
    '{"note": "paid with %s today"}',
    '{"note": "%s"}',
    '{"amount": %s}',
    '{"numbers": [%s]}',
    '{"numbers": [1, %s, 2]}',
    "[%s]",
    '{"cardNumber": %s}',
    '{"card_number": "%s", "id": 7}',
]


def with_check_digit(first: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(first)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return first + str(-total % 10)


cards = st.builds(
    lambda prefix, rest: with_check_digit((prefix + rest)[: 14 if prefix == "34" else 15]),
    st.sampled_from(["4", "51", "55", "2221", "34", "6011"]),
    st.text("0123456789", min_size=15, max_size=15),
)


@pytest.mark.proves("S16")
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(card=cards, place=st.sampled_from(PLACES))
def test_a_card_number_is_blanked_wherever_it_stands_and_the_rest_can_be_read(card, place):
    body = (place % card).encode()
    clean = redact(body)
    assert card.encode() not in clean
    assert len(clean) == len(body)
    json.loads(clean)


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(card=cards, key=st.sampled_from(["id", "order_id", "guid", "idempotency_key", "barcode"]))
def test_an_id_is_left_alone_whatever_its_digits(card, key):
    body = json.dumps({key: card, f"the_{key}": int(card)}).encode()
    assert redact(body) == body
