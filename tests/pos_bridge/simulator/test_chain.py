"""The chain file: what it must say, and what happens when it says something else."""

import json
from decimal import Decimal

import pytest

from pos_bridge.simulator.chain import Chain, UnknownWare, UnreadableChain
from tests.pos_bridge.simulator.conftest import CHAIN_FILE


@pytest.fixture
def data():
    return json.loads(CHAIN_FILE.read_text())


def test_the_example_file_is_read(chain):
    assert chain.square.merchant_id == "MLMERCHANT001"
    assert chain.square.webhook_path == "/api/v1/webhooks/square"
    assert chain.square.currency == "USD"
    assert chain.lightspeed.currency == "GBP"
    assert chain.square.ware("VLATTE").stock == Decimal(100)
    assert chain.square.ware("VBEANS").stock is None


def test_a_ware_is_found_by_id_or_by_sku(chain):
    assert chain.toast.ware("COL-33") is chain.toast.ware("a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20")
    with pytest.raises(UnknownWare):
        chain.toast.ware("VLATTE")


def test_a_provider_that_is_left_out_is_not_played(data):
    del data["toast"]

    assert Chain.read(data).toast is None


def test_a_provider_we_do_not_know_is_refused(data):
    with pytest.raises(UnreadableChain, match="clover"):
        Chain.read({**data, "clover": {}})


def test_a_field_we_do_not_know_is_refused(data):
    data["square"]["items"][0]["colour"] = "brown"

    with pytest.raises(UnreadableChain, match="colour"):
        Chain.read(data)


def test_a_missing_field_is_named(data):
    del data["square"]["signature_key"]

    with pytest.raises(UnreadableChain, match="signature_key"):
        Chain.read(data)


def test_a_provider_needs_places_and_items(data):
    data["square"]["items"] = []

    with pytest.raises(UnreadableChain, match="at least one"):
        Chain.read(data)


def test_a_file_that_is_not_there_or_not_json_is_refused(tmp_path):
    junk = tmp_path / "junk.json"
    junk.write_text("{")

    for path in (junk, tmp_path / "none.json"):
        with pytest.raises(UnreadableChain):
            Chain.load(path)


@pytest.mark.parametrize(
    ("provider", "rows", "change", "complaint"),
    [
        ("square", "locations", {"time_zone": "Mars/Base"}, "no time zone 'Mars/Base'"),
        ("square", "items", {"weight": -1}, "weights are 0 or more"),
        ("square", "items", {"modifiers": ["MNONE"]}, "unknown modifier MNONE"),
        ("lightspeed", "items", {"id": "burger"}, "ids are digits, not 'burger'"),
    ],
)
def test_what_would_stop_the_trade_later_is_refused_now(data, provider, rows, change, complaint):
    data[provider][rows][0].update(change)

    with pytest.raises(UnreadableChain, match=complaint):
        Chain.read(data)
