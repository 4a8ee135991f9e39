"""Quantities and money, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.providers import decimals, money
from pos_bridge.providers.base import UnreadablePayload

QUANTITIES = st.decimals(0, 9_999_999_999_999, places=6)


@pytest.mark.proves("I14")
@given(QUANTITIES)
def test_a_quantity_is_what_was_written(number):
    written = decimals.plain(number)

    assert decimals.quantity(written) == number
    assert "E" not in written
    assert written == "0" or not written.endswith(".")


@pytest.mark.parametrize(
    ("number", "text"),
    [("2", "2"), ("2.000", "2"), ("1.250", "1.25"), ("1E+3", "1000"), ("0.0", "0"), ("100", "100")],
)
def test_a_quantity_is_written_plainly(number, text):
    assert decimals.plain(Decimal(number)) == text


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1.5,
        "",
        "1e3",
        "NaN",
        "1,5",
        " 1",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "1" * 14,
        [],
        "-1",
    ],
    ids=repr,
)
def test_what_is_no_quantity_is_refused(value):
    with pytest.raises(UnreadablePayload):
        decimals.quantity(value)


def test_a_seventh_place_is_rounded_away_as_the_ledger_would():
    assert decimals.quantity(Decimal("0.30000000000000004")) == Decimal("0.3")
    assert decimals.quantity("0.0000005") == 0


def test_there_is_no_minus_zero():
    assert str(decimals.signed_quantity("-0.000")) == "0.000"


def test_a_product_is_exact_or_refused():
    assert decimals.times(Decimal("1.25"), Decimal(3)) == Decimal("3.75")
    with pytest.raises(UnreadablePayload):
        decimals.times(Decimal(9999999999999), Decimal(2))


@pytest.mark.parametrize(
    ("value", "currency", "units"),
    [
        (Decimal("9.99"), "", 999),
        (Decimal("0.075"), "USD", 8),
        ("11.00", "GBP", 1100),
        ("-4.59", "EUR", -459),
        (1, "", 100),
        ("917", "JPY", 917),
        ("1.234", "KWD", 1234),
        (None, "", None),
    ],
)
def test_money_is_whole_minor_units(value, currency, units):
    assert money.minor(value, currency) == units


def test_money_beyond_what_is_kept_is_refused():
    with pytest.raises(UnreadablePayload):
        money.minor("9" * 30)
