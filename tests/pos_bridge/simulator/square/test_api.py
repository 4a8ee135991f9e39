"""Square's API: sign-in, orders, catalog and inventory as the reference describes them."""

import httpx
import pytest
from square import Square

SEARCH = "/v2/orders/search"
CHANGES = "/v2/inventory/changes/batch-create"


def code(answer):
    """The error code of a refusal."""
    return answer["errors"][0]["code"]


def by_update(**span):
    """A search by `updated_at`, oldest first, as a poll asks."""
    return {
        "location_ids": ["LDOWNTOWN", "LHARBOR"],
        "query": {
            "filter": {"date_time_filter": {"updated_at": span}},
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
        },
    }


def count_of(quantity, *, key="k1", at="2026-11-25T15:00:00Z"):
    """A physical count of lattes."""
    return {
        "idempotency_key": key,
        "changes": [
            {
                "type": "PHYSICAL_COUNT",
                "physical_count": {
                    "catalog_object_id": "VLATTE",
                    "location_id": "LDOWNTOWN",
                    "state": "IN_STOCK",
                    "quantity": quantity,
                    "occurred_at": at,
                },
            }
        ],
    }


def adjustment(**places):
    """Ten lattes received, naming its places one way or the other."""
    return {
        "idempotency_key": "adjust",
        "changes": [
            {
                "type": "ADJUSTMENT",
                "adjustment": {
                    "catalog_object_id": "VLATTE",
                    "from_state": "NONE",
                    "to_state": "IN_STOCK",
                    "quantity": "10",
                    "occurred_at": "2026-11-25T14:00:00Z",
                    **places,
                },
            }
        ],
    }


def test_a_call_without_a_good_token_is_refused(square):
    square.headers = {"Authorization": "Bearer made-up"}

    status, answer = square("GET", "/v2/locations")

    assert (status, code(answer)) == (401, "UNAUTHORIZED")


def test_a_refresh_gives_a_new_access_token_and_the_same_refresh_token(square, clock):
    asked = {
        "client_id": "sandbox-sq0idb-app",
        "client_secret": "sandbox-sq0csb-secret",
        "grant_type": "refresh_token",
        "refresh_token": "EQAA-lasting",
    }

    status, answer = square("POST", "/oauth2/token", asked)

    assert status == 200
    assert answer["refresh_token"] == "EQAA-lasting"
    assert answer["merchant_id"] == "MLMERCHANT001"
    assert answer["expires_at"] == "2026-12-25T15:00:00.000Z"
    assert "expires_in" not in answer
    square.headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert square("GET", "/v2/locations")[0] == 200
    clock.advance(days=31)
    assert square("GET", "/v2/locations")[0] == 401


def test_a_code_is_exchanged_once_the_client_is_known(square):
    asked = {
        "client_id": "sandbox-sq0idb-app",
        "client_secret": "sandbox-sq0csb-secret",
        "grant_type": "authorization_code",
        "code": "sq0cgb-code",
    }

    assert square("POST", "/oauth2/token", asked)[0] == 200
    assert square("POST", "/oauth2/token", {**asked, "client_secret": "no"})[0] == 401
    assert square("POST", "/oauth2/token", {**asked, "code": "no"})[0] == 401


def test_locations_are_listed_with_their_time_zones(square):
    _, answer = square("GET", "/v2/locations")

    assert [(row["id"], row["timezone"]) for row in answer["locations"]] == [
        ("LDOWNTOWN", "America/New_York"),
        ("LHARBOR", "America/New_York"),
    ]


def test_a_search_by_update_pages_through_everything_in_order(sim, clock, square):
    ids = []
    for _ in range(5):
        ids.append(sim.square.sell("LDOWNTOWN", [("VLATTE", 1)]))
        clock.advance(minutes=1)
    asked = {**by_update(start_at="2026-11-25T15:00:00Z"), "limit": 2}

    found, cursor = [], None
    for _ in range(3):
        _, page = square("POST", SEARCH, {**asked, "cursor": cursor} if cursor else asked)
        found += [order["id"] for order in page["orders"]]
        cursor = page.get("cursor")

    assert found == ids
    assert cursor is None


def test_an_order_that_changes_while_it_is_paged_is_seen_again_and_none_is_lost(sim, square):
    ids = [sim.square.sell("LDOWNTOWN", [("VLATTE", 1)]) for _ in range(4)]
    asked = {**by_update(start_at="2026-11-25T15:00:00Z"), "limit": 2}
    _, first = square("POST", SEARCH, asked)

    sim.square.edit(ids[0], [("VLATTE", 5)])
    _, second = square("POST", SEARCH, {**asked, "cursor": first["cursor"]})
    _, third = square("POST", SEARCH, {**asked, "cursor": second["cursor"]})

    seen = [order["id"] for page in (first, second, third) for order in page["orders"]]
    assert seen == [*ids, ids[0]]


def test_a_span_includes_both_its_ends(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 1)])
    at = sim.square.order(order_id)["updated_at"]

    _, answer = square("POST", SEARCH, by_update(start_at=at, end_at=at))

    assert [order["id"] for order in answer["orders"]] == [order_id]


def test_the_sort_field_must_be_the_filtered_one(square):
    asked = by_update(start_at="2026-11-25T15:00:00Z")
    asked["query"]["sort"]["sort_field"] = "CREATED_AT"

    assert square("POST", SEARCH, asked)[0] == 400


def test_a_cursor_of_another_query_is_refused(sim, square):
    for _ in range(2):
        sim.square.sell("LDOWNTOWN", [("VLATTE", 1)])
    _, page = square("POST", SEARCH, {**by_update(start_at="2026-11-25T15:00:00Z"), "limit": 1})

    other = {**by_update(start_at="2026-11-25T14:00:00Z"), "cursor": page["cursor"]}

    assert code(square("POST", SEARCH, other)[1]) == "INVALID_CURSOR"


@pytest.mark.parametrize(
    "wrong", [{"location_ids": []}, {"location_ids": ["L"] * 11}, {"limit": 1001}]
)
def test_a_search_out_of_bounds_is_refused(square, wrong):
    assert square("POST", SEARCH, {**by_update(), **wrong})[0] == 400


def test_entries_name_the_orders_only(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 1)])

    _, answer = square("POST", SEARCH, {**by_update(), "return_entries": True})

    assert answer["order_entries"] == [{"order_id": order_id, "location_id": "LDOWNTOWN"}]


def test_a_batch_leaves_out_what_it_does_not_have(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 1)])

    _, answer = square("POST", "/v2/orders/batch-retrieve", {"order_ids": [order_id, "gone"]})

    assert [order["id"] for order in answer["orders"]] == [order_id]
    assert code(square("GET", "/v2/orders/gone")[1]) == "NOT_FOUND"


def test_payments_and_refunds_are_listed_by_update(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 2)])
    sim.square.refund(order_id, [("VLATTE", 1)])

    _, payments = square("GET", "/v2/payments?sort_field=UPDATED_AT&sort_order=ASC")
    _, refunds = square("GET", "/v2/refunds?updated_at_begin_time=2026-11-25T15:00:00Z")

    (payment,) = payments["payments"]
    (refund,) = refunds["refunds"]
    assert payment["refund_ids"] == [refund["id"]]
    assert payment["refunded_money"] == refund["amount_money"]
    assert square("GET", f"/v2/payments/{payment['id']}")[1]["payment"]["order_id"] == order_id


def test_the_catalog_lists_items_with_their_variations(square):
    _, answer = square("GET", "/v2/catalog/list?types=ITEM")

    latte = next(o for o in answer["objects"] if o["id"] == "ILATTE")
    large = latte["item_data"]["variations"][0]
    assert latte["item_data"]["name"] == "Latte"
    assert [v["id"] for v in latte["item_data"]["variations"]] == ["VLATTE", "VLATTES"]
    assert large["item_variation_data"]["sku"] == "LAT-L"
    assert large["item_variation_data"]["upc"] == "012345678905"
    assert large["item_variation_data"]["price_money"] == {"amount": 450, "currency": "USD"}
    assert large["item_variation_data"]["track_inventory"] is True


def test_a_delta_of_the_catalog_is_empty_until_it_changes(sim, square):
    _, first = square("POST", "/v2/catalog/search", {"object_types": ["ITEM_VARIATION"]})
    asked = {"object_types": ["ITEM_VARIATION"], "begin_time": first["latest_time"]}

    _, unchanged = square("POST", "/v2/catalog/search", asked)
    sim.square.change_catalog()
    _, changed = square("POST", "/v2/catalog/search", {**asked, "limit": 2})
    _, rest = square("POST", "/v2/catalog/search", {**asked, "cursor": changed["cursor"]})

    assert "objects" not in unchanged
    assert len(changed["objects"]) == 2
    assert len(rest["objects"]) == 1
    assert changed["latest_time"] > first["latest_time"]


def test_a_count_sets_and_later_sales_still_apply(sim, square):
    sim.square.sell("LDOWNTOWN", [("VLATTE", 4)])

    status, answer = square("POST", CHANGES, count_of("50", at="2026-11-25T14:00:00Z"))

    assert status == 200
    assert answer["counts"][0]["quantity"] == "46"
    _, read = square(
        "POST", "/v2/inventory/counts/batch-retrieve", {"catalog_object_ids": ["VLATTE"]}
    )
    quantities = {c["location_id"]: c["quantity"] for c in read["counts"]}
    assert quantities == {"LDOWNTOWN": "46", "LHARBOR": "100"}


def test_our_own_write_comes_back_as_an_event(sim, receiver, square):
    square("POST", CHANGES, count_of("53"))

    sim.deliver()

    assert receiver.kinds() == ["inventory.count.updated"]
    (count,) = receiver.received[0].json()["data"]["object"]["inventory_counts"]
    assert count["quantity"] == "53"


def test_the_same_key_repeats_the_answer_and_writes_nothing(sim, square):
    _, first = square("POST", CHANGES, count_of("53"))
    sim.square.sell("LDOWNTOWN", [("VLATTE", 3)])

    status, second = square("POST", CHANGES, count_of("53"))

    assert (status, second) == (200, first)
    assert sim.square.stock.quantity("VLATTE", "LDOWNTOWN") == 50


def test_the_same_key_with_another_body_is_refused(square):
    square("POST", CHANGES, count_of("53"))

    status, answer = square("POST", CHANGES, count_of("54"))

    assert (status, code(answer)) == (400, "IDEMPOTENCY_KEY_REUSED")


def test_an_unchanged_count_is_ignored(sim, receiver, square):
    _, answer = square("POST", CHANGES, count_of("100"))

    assert answer["counts"] == []
    assert sim.deliver() == []


@pytest.mark.parametrize("at", ["2026-11-24T14:59:59Z", "2026-11-25T15:05:00Z"])
def test_a_change_a_day_old_or_in_the_future_is_refused(square, at):
    assert square("POST", CHANGES, count_of("5", at=at))[0] == 400


@pytest.mark.parametrize("quantity", ["1.123456", "NaN", 5, "1" * 27])
def test_a_quantity_square_would_not_take_is_refused(square, quantity):
    assert square("POST", CHANGES, count_of(quantity))[0] == 400


def test_an_adjustment_names_two_places_since_july_2026_and_one_before(square):
    two = adjustment(from_location_id="LDOWNTOWN", to_location_id="LDOWNTOWN")
    one = adjustment(location_id="LDOWNTOWN")

    old = {"Square_Version": "2026-06-18"}
    new = {"Square_Version": "2026-07-15"}

    assert square("POST", CHANGES, one, **new)[0] == 400
    assert square("POST", CHANGES, two, **old)[0] == 400
    status, answer = square("POST", CHANGES, two, **new)
    assert (status, answer["counts"][0]["quantity"]) == (200, "110")
    assert square("POST", CHANGES, {**one, "idempotency_key": "o"}, **old)[0] == 200


def test_a_transfer_is_an_adjustment_between_two_places(square):
    moved = adjustment(
        from_state="IN_STOCK", from_location_id="LDOWNTOWN", to_location_id="LHARBOR"
    )

    _, answer = square("POST", CHANGES, moved)

    assert {c["location_id"]: c["quantity"] for c in answer["counts"]} == {
        "LDOWNTOWN": "90",
        "LHARBOR": "110",
    }


def test_changes_tell_sales_and_restocked_returns_apart(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 2)])
    sim.square.refund(order_id, [("VLATTE", 1)])

    _, answer = square("POST", "/v2/inventory/changes/batch-retrieve", {"types": ["ADJUSTMENT"]})

    states = [
        (c["adjustment"]["from_state"], c["adjustment"]["to_state"], c["adjustment"]["quantity"])
        for c in answer["changes"]
    ]
    assert states == [("IN_STOCK", "SOLD", "2"), ("UNLINKED_RETURN", "IN_STOCK", "1")]


@pytest.fixture
def official(sim):
    """Square's own client, pointed at the simulator."""
    with sim, httpx.Client() as connections:
        yield Square(
            token="EAAA-from-the-console",
            base_url=sim.url,
            httpx_client=connections,
            version="2026-09-16",
        )


def test_the_official_client_reads_what_is_served(sim, official):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 2)])
    sim.square.refund(order_id, [("VLATTE", 1)])

    order = official.orders.get(order_id=order_id).order
    found = official.orders.search(**by_update(start_at="2026-11-25T14:00:00Z")).orders
    counts = official.inventory.batch_get_counts(catalog_object_ids=["VLATTE"])
    catalog = official.catalog.list(types="ITEM")
    refunds = official.refunds.list(location_id="LDOWNTOWN")

    assert (order.state, order.line_items[0].quantity) == ("COMPLETED", "2")
    assert [o.returns is not None for o in found] == [False, True]
    assert {count.location_id: count.quantity for count in counts}["LDOWNTOWN"] == "99"
    assert [item.id for item in catalog] == ["ILATTE", "VBEANS-ITEM"]
    assert [refund.status for refund in refunds] == ["COMPLETED"]


def test_the_official_client_writes_and_signs_in(official):
    written = official.inventory.batch_create_changes(**count_of("53"))
    token = official.o_auth.obtain_token(
        client_id="sandbox-sq0idb-app",
        client_secret="sandbox-sq0csb-secret",
        grant_type="refresh_token",
        refresh_token="EQAA-lasting",
    )

    assert written.counts[0].quantity == "53"
    assert token.expires_at == "2026-12-25T15:00:00.000Z"
