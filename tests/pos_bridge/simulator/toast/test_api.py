"""Toast's API: logins, paging by Link, stock writes and menus as the reference describes them."""

import pytest

MARKET = "3325cc58-dc6e-4e21-85f9-7de275ffe820"
AIRPORT = "0cd990c9-fd74-461d-8468-de2a0919ccbb"
COLA = "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20"
PIZZA = "1e199622-ccbf-4ba8-8c37-111519dca13b"
LOGIN = "/authentication/v1/authentication/login"
CREDENTIALS = {
    "clientId": "toast-client",
    "clientSecret": "toast-secret",
    "userAccessType": "TOAST_MACHINE_CLIENT",
}
WINDOW = "startDate=2026-11-25T00:00:00.000%2B0000&endDate=2026-11-26T00:00:00.000%2B0000"


def test_two_logins_an_hour_give_one_token_and_the_third_is_refused(toast, clock):
    clock.advance(minutes=10)
    _, second = toast("POST", LOGIN, CREDENTIALS)
    third = toast.ask("POST", LOGIN, CREDENTIALS)

    assert f"Bearer {second['token']['accessToken']}" == toast.headers["Authorization"]
    assert second["token"]["expiresIn"] == 19168 - 600
    assert third.status == 429
    assert third.headers["Retry-After"] == str(50 * 60 + 1)

    clock.advance(minutes=51)
    status, fourth = toast("POST", LOGIN, CREDENTIALS)
    assert status == 200
    assert fourth["token"]["accessToken"] == second["token"]["accessToken"]


def test_a_login_in_the_last_minute_gives_a_new_token_and_the_old_one_ends(toast, clock):
    old = toast.headers["Authorization"]
    clock.advance(seconds=19168 - 30)
    _, answer = toast("POST", LOGIN, CREDENTIALS)

    clock.advance(seconds=31)

    assert toast("GET", "/menus/v2/metadata")[0] == 401
    toast.headers["Authorization"] = f"Bearer {answer['token']['accessToken']}"
    assert toast.headers["Authorization"] != old
    assert toast("GET", "/menus/v2/metadata")[0] == 200


def test_wrong_credentials_are_refused(toast):
    assert toast("POST", LOGIN, {**CREDENTIALS, "clientSecret": "no"})[0] == 401


def test_orders_are_paged_by_the_link_header_until_there_is_none(sim, toast):
    ids = [sim.toast.sell(MARKET, [(COLA, 1)]) for _ in range(5)]
    sim.toast.sell(AIRPORT, [(COLA, 1)])
    target, found = f"/orders/v2/ordersBulk?{WINDOW}&pageSize=2&page=1", []

    for _ in range(3):
        answer = toast.ask("GET", target, Host="x")
        found += [order["guid"] for order in answer.json()]
        link = answer.headers.get("Link", "")
        target = link.partition("<")[2].partition(">")[0]
        assert not link or link.endswith('; rel="next"')

    assert found == ids
    assert target == ""


def test_a_window_includes_its_start_and_not_its_end(sim, clock, toast):
    order_id = sim.toast.sell(MARKET, [(COLA, 1)], until="open")
    at = sim.toast.order(order_id)["modifiedDate"].replace("+", "%2B")
    later = at.replace(".002", ".003")

    _, ending = toast("GET", f"/orders/v2/ordersBulk?startDate=2026-11-25T00:00:00Z&endDate={at}")
    _, starting = toast("GET", f"/orders/v2/ordersBulk?startDate={at}&endDate={later}")

    assert ending == []
    assert [order["guid"] for order in starting] == [order_id]


def test_orders_are_listed_by_business_day(sim, toast):
    order_id = sim.toast.sell(MARKET, [(COLA, 1)])

    assert toast("GET", "/orders/v2/ordersBulk?businessDate=20261124")[1] == []
    _, today = toast("GET", "/orders/v2/ordersBulk?businessDate=20261125")
    assert [order["guid"] for order in today] == [order_id]


@pytest.mark.parametrize(
    "query",
    [
        WINDOW + "&pageSize=101",
        WINDOW + "&page=0",
        WINDOW.replace("%2B", "+"),
        "startDate=2026-10-01T00:00:00Z&endDate=2026-11-25T00:00:00Z",
        "startDate=2026-11-25T00:00:00Z",
    ],
)
def test_a_list_out_of_bounds_is_refused(toast, query):
    assert toast("GET", f"/orders/v2/ordersBulk?{query}")[0] == 400


def test_every_call_names_its_restaurant_and_sees_that_one_only(sim, toast):
    order_id = sim.toast.sell(MARKET, [(COLA, 1)])
    target = f"/orders/v2/orders/{order_id}"

    assert toast("GET", target)[0] == 200
    assert toast("GET", target, Toast_Restaurant_External_ID="")[0] == 400
    assert toast("GET", target, Toast_Restaurant_External_ID="stranger")[0] == 403
    assert toast("GET", target, Toast_Restaurant_External_ID=AIRPORT)[0] == 404


def test_the_stock_list_leaves_out_what_is_simply_there(sim, toast):
    sim.toast.set_stock(MARKET, PIZZA, "OUT_OF_STOCK")

    _, rows = toast("GET", "/stock/v1/inventory")
    _, counted = toast("GET", "/stock/v1/inventory?status=QUANTITY")

    assert {row["guid"]: (row["status"], row["quantity"]) for row in rows} == {
        PIZZA: ("OUT_OF_STOCK", None),
        COLA: ("QUANTITY", 8.0),
    }
    assert [row["guid"] for row in counted] == [COLA]


def test_a_write_sets_outright_says_which_ids_are_good_and_comes_back_as_an_event(
    sim, toast, receiver
):
    status, rows = toast(
        "PUT",
        "/stock/v1/inventory/update",
        [
            {"multiLocationId": "100000000171238879", "status": "QUANTITY", "quantity": 20},
            {"guid": "gone", "status": "OUT_OF_STOCK"},
        ],
    )
    sim.deliver()

    assert status == 200
    assert (rows[0]["guid"], rows[0]["itemGuidValidity"], rows[0]["quantity"]) == (
        COLA,
        "VALID",
        20.0,
    )
    assert (rows[1]["itemGuidValidity"], rows[1]["multiLocationId"]) == ("INVALID", "null")
    assert receiver.kinds() == ["in_stock"]
    assert receiver.received[0].json()["details"]["quantity"] == 20.0


@pytest.mark.parametrize(
    "row",
    [
        {"guid": COLA, "status": "QUANTITY", "quantity": 0},
        {"guid": COLA, "status": "QUANTITY"},
        {"guid": COLA, "status": "IN_STOCK", "quantity": 3},
        {"guid": COLA, "status": "PLENTY"},
    ],
)
def test_a_write_toast_would_not_take_is_refused_whole(sim, toast, row):
    good = {"guid": COLA, "status": "QUANTITY", "quantity": 20}

    status, _ = toast("PUT", "/stock/v1/inventory/update", [good, row])

    assert status == 400
    assert sim.toast.stock.shelf(MARKET, COLA).quantity == 8


def test_a_search_shows_unknown_ids_as_the_word_null(toast):
    asked = {"guids": [COLA], "multiLocationIds": ["400000000861576949"]}

    _, rows = toast("POST", "/stock/v1/inventory/search", asked)

    assert [(row["guid"], row["itemGuidValidity"]) for row in rows] == [
        (COLA, "VALID"),
        ("null", "INVALID"),
    ]


def test_menus_resolve_their_modifiers_by_number(toast):
    _, menus = toast("GET", "/menus/v2/menus")

    pizza = menus["menus"][0]["menuGroups"][0]["menuItems"][0]
    groups = [menus["modifierGroupReferences"][str(n)] for n in pizza["modifierGroupReferences"]]
    options = [
        menus["modifierOptionReferences"][str(n)]
        for group in groups
        for n in group["modifierOptionReferences"]
    ]
    assert (pizza["sku"], pizza["price"], pizza["pricingStrategy"]) == ("PIZ-1", None, "SIZE_PRICE")
    assert [group["name"] for group in groups] == ["Size", "Toppings"]
    assert [(option["name"], option["price"]) for option in options] == [
        ("Small", 8),
        ("Mushrooms", 2),
    ]


def test_the_date_of_the_menus_moves_when_they_are_published(sim, toast):
    _, before = toast("GET", "/menus/v2/metadata")

    sim.toast.publish()

    _, after = toast("GET", "/menus/v2/metadata")
    assert before["restaurantGuid"] == MARKET
    assert after["lastUpdated"] > before["lastUpdated"]


def test_restaurants_are_listed_for_partners_and_for_the_group(toast):
    _, partners = toast("GET", "/partners/v1/restaurants")
    _, group = toast(
        "GET", "/restaurants/v1/groups/5a1f2a1c-6a53-4d52-9a7a-0c4a77b1d001/restaurants"
    )
    _, one = toast("GET", f"/restaurants/v1/restaurants/{MARKET}")

    assert [row["restaurantGuid"] for row in partners] == [MARKET, AIRPORT]
    assert [row["guid"] for row in group] == [MARKET, AIRPORT]
    assert one["general"]["timeZone"] == "America/Chicago"
    assert one["general"]["closeoutHour"] == 4
