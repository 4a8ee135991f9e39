"""How numbers, moments, icons and drawings are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from reporting.templatetags import storeroom

MINUS = "\N{MINUS SIGN}"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Decimal(1284), "1,284"),
        (Decimal("-3.000000"), f"{MINUS}3"),
        (Decimal("0.250000"), "0.25"),
        (Decimal("0E-6"), "0"),
        (Decimal(1200), "1,200"),
        (Decimal("-1234567.5"), f"{MINUS}1,234,567.5"),
        (24, "24"),
        (None, ""),
    ],
)
def test_a_quantity_is_written_with_thousands_apart_a_real_minus_and_no_idle_zeros(number, written):
    assert storeroom.quantity(number) == written


def test_a_quantity_is_written_as_the_reader_writes_numbers():
    with translation.override("de"):
        assert storeroom.quantity(Decimal("1234.5")) == "1.234,5"


@pytest.mark.parametrize(
    ("number", "written"),
    [(Decimal(12), "+12"), (Decimal(-2), f"{MINUS}2"), (0, "0"), (None, "")],
)
def test_a_change_carries_its_sign(number, written):
    assert storeroom.signed(number) == written


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (9600, "AUD", "$96.00"),
        (-193012, "USD", f"{MINUS}$1,930.12"),
        (500, "JPY", "¥500"),
        (1250, "KWD", "1.250 KWD"),
        (9600, "CHF", "96.00 CHF"),
        (None, "AUD", ""),
    ],
)
def test_money_is_written_with_its_currency_and_as_many_places_as_it_has(minor, currency, written):
    assert storeroom.money(minor, currency) == written


@pytest.mark.parametrize(
    ("passed", "written"),
    [
        (timedelta(seconds=2), "2 s ago"),
        (timedelta(seconds=-1), "0 s ago"),
        (timedelta(minutes=4, seconds=50), "4 min ago"),
        (timedelta(hours=3), "Sat 21 Nov, 09:00"),
    ],
)
def test_a_moment_is_told_by_its_distance_only_under_an_hour(monkeypatch, passed, written):
    monkeypatch.setattr(timezone, "now", lambda: NOON)

    assert storeroom.ago(NOON - passed) == written


def test_a_moment_that_never_came_is_empty():
    assert storeroom.ago(None) == ""


def test_an_icon_names_its_symbol_and_is_hidden_from_readers():
    assert storeroom.icon("box", "s") == (
        '<svg class="i s" aria-hidden="true"><use href="/static/icons/sprite.svg#box"></use></svg>'
    )


@pytest.mark.parametrize(("name", "symbol"), [("kettle", "kettle"), ("", "generic")])
def test_a_good_without_a_drawing_gets_the_plain_parcel(name, symbol):
    assert storeroom.drawing(name) == (
        '<svg viewBox="0 0 26 26" aria-hidden="true">'
        f'<use href="/static/icons/drawings.svg#{symbol}"></use></svg>'
    )


def test_the_product_is_called_what_the_setting_says(settings):
    settings.PRODUCT_NAME = "Larder"

    assert storeroom.product_name() == "Larder"
