"""Quantities in the browser: exact, and written as the server writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reporting.templatetags import storeroom

pytestmark = pytest.mark.e2e

NUMBERS = ["0", "12", "1284", "-3", "0.25", "0.250000", "-1234567.5", "9007199254740993.000001"]


@pytest.fixture
def numbers(site):
    """Work out an expression of `n`, the module, and `text`, for each text in turn."""
    site.pages["/blank/"] = '<!DOCTYPE html><html lang="en"><title>Blank</title>'
    page = site.open("/blank/")

    def work_out(expression, given):
        code = f"""async (given) => {{
          const n = await import("/static/js/numbers.js");
          return given.map((text) => {expression});
        }}"""
        return page.evaluate(code, given)

    return work_out


def test_the_browser_writes_every_quantity_as_the_server_does(numbers):
    written = numbers("n.quantity(text)", NUMBERS)

    assert written == [storeroom.quantity(Decimal(text)) for text in NUMBERS]


def test_what_stands_on_the_page_is_read_back_exactly(numbers):
    back = numbers("n.plain(n.read(n.quantity(text)))", NUMBERS)

    assert [Decimal(text) for text in back] == [Decimal(text) for text in NUMBERS]


def test_words_are_not_a_number(numbers):
    assert numbers("n.read(text)", ["not counted", ""]) == [None, None]


def test_a_change_is_exact_where_floating_point_is_not(numbers):
    assert numbers("n.signed(n.micro(text) - n.micro('0.1'))", ["0.3"]) == ["+0.2"]
