"""K-Series' API: rotating tokens, businesses, pages of sales, items, webhook endpoints."""

import base64
from urllib.parse import urlencode

import pytest

QUAY = "247158188015618"
SALES = f"/f/v2/business-location/{QUAY}/sales?from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z"
BASIC = "Basic " + base64.b64encode(b"lsk-client:lsk-secret").decode()


def refresh(lightspeed, token, authorization=BASIC):
    """Trade a refresh token in."""
    form = urlencode({"grant_type": "refresh_token", "refresh_token": token}).encode()
    return lightspeed("POST", "/oauth/token", form, Authorization=authorization)


def test_a_refresh_token_is_good_once_and_each_answer_brings_the_next(lightspeed):
    status, first = refresh(lightspeed, "lsk-first-refresh")
    again, refused = refresh(lightspeed, "lsk-first-refresh")
    _, second = refresh(lightspeed, first["refresh_token"])

    assert (status, first["expires_in"]) == (200, 3600)
    assert (again, refused["error"]) == (400, "invalid_grant")
    assert second["refresh_token"] != first["refresh_token"]
    assert refresh(lightspeed, first["refresh_token"])[0] == 400


def test_an_access_token_ends_after_an_hour_and_a_refresh_token_after_two_weeks(lightspeed, clock):
    _, issued = refresh(lightspeed, "lsk-first-refresh")
    lightspeed.headers = {"Authorization": f"Bearer {issued['access_token']}"}

    assert lightspeed("GET", "/f/data/businesses")[0] == 200
    clock.advance(minutes=61)
    assert lightspeed("GET", "/f/data/businesses")[0] == 401
    clock.advance(days=14)
    assert refresh(lightspeed, issued["refresh_token"])[0] == 400


def test_an_access_token_does_not_refresh(lightspeed):
    _, issued = refresh(lightspeed, "lsk-first-refresh")

    assert refresh(lightspeed, issued["access_token"])[0] == 400


def test_the_client_signs_in_with_basic_authentication(lightspeed):
    wrong = "Basic " + base64.b64encode(b"lsk-client:guess").decode()

    status, answer = refresh(lightspeed, "lsk-first-refresh", wrong)

    assert (status, answer["error"]) == (401, "invalid_client")


def test_a_code_is_exchanged_for_a_pair(lightspeed):
    form = urlencode({"grant_type": "authorization_code", "code": "lsk-code"}).encode()

    status, answer = lightspeed("POST", "/oauth/token", form, Authorization=BASIC)

    assert status == 200
    assert answer["token_type"] == "Bearer"


def test_businesses_list_their_locations(lightspeed):
    _, answer = lightspeed("GET", "/f/data/businesses")

    (business,) = answer["_embedded"]["businessList"]
    assert (business["businessName"], business["currencyCode"]) == ("Harbour Group", "GBP")
    assert [(bl["blID"], bl["blName"], bl["timezone"]) for bl in business["businessLocations"]] == [
        (247158188015618, "Quay", "Europe/London"),
        (247158188015619, "Garden", "Europe/London"),
    ]


def test_sales_are_paged_by_token_and_the_last_page_has_none(sim, lightspeed):
    ids = [sim.lightspeed.sell(QUAY, [("52", 1)]) for _ in range(5)]
    sim.lightspeed.sell("247158188015619", [("52", 1)])
    found, token = [], ""

    for _ in range(3):
        _, page = lightspeed("GET", f"{SALES}&pageSize=2&nextPageToken={token}")
        found += [sale["accountFiscId"] for sale in page["sales"]]
        token = page.get("nextPageToken", "")

    assert found == ids
    assert token == ""


def test_payments_and_tables_are_told_only_when_asked_for(sim, lightspeed):
    sim.lightspeed.sell(QUAY, [("52", 1)])

    (bare,) = lightspeed("GET", SALES)[1]["sales"]
    (full,) = lightspeed("GET", f"{SALES}&include=payments,table")[1]["sales"]

    assert not {"payments", "tableNumber", "ownerName"} & set(bare)
    assert full["payments"][0]["netAmountWithTax"] == "11.00"
    assert full["tableName"] == "Counter"
    assert "ownerName" not in full


@pytest.mark.parametrize(
    "query",
    [
        "from=2025-01-01T00:00:00Z&to=2026-11-25T00:00:00Z",
        "from=yesterday",
        "",
        "from=2026-11-25T00:00:00Z&pageSize=101",
        "from=2026-11-25T00:00:00Z&nextPageToken=made-up",
    ],
)
def test_a_list_out_of_bounds_is_refused(lightspeed, query):
    assert lightspeed("GET", f"/f/v2/business-location/{QUAY}/sales?{query}")[0] == 400


def test_another_location_is_not_there(lightspeed):
    assert lightspeed("GET", SALES.replace(QUAY, "1"))[0] == 404


def test_a_day_is_complete_once_it_is_over_and_no_till_is_away(sim, clock, lightspeed):
    target = f"/f/v2/business-location/{QUAY}/sales-daily?date=2026-11-25"
    sim.lightspeed.sell(QUAY, [("52", 1)])
    _, today = lightspeed("GET", target)

    clock.advance(days=1)
    _, over = lightspeed("GET", target)
    sim.lightspeed.go_offline(QUAY)
    _, away = lightspeed("GET", target)

    assert [d["dataComplete"] for d in (today, over, away)] == [False, True, False]
    assert over["nextStartOfDayAsIso8601"] == "2026-11-26T00:00:00.000Z"
    assert len(over["sales"]) == 1


def test_items_are_paged_and_found_by_sku_and_by_id(lightspeed):
    target = f"/items/v1/items?businessLocationId={QUAY}"

    _, first = lightspeed("GET", f"{target}&amount=2")
    _, rest = lightspeed("GET", f"{target}&amount=2&offset=2")
    _, by_sku = lightspeed("GET", f"{target}&sku=UGG-BB-PUR-06")
    _, by_id = lightspeed("GET", f"{target}&itemIds=141948669132862")

    assert [item["name"] for item in first + rest] == ["Burger", "Lemonade", "Extra cheese"]
    assert by_sku[0]["barcodes"] == ["5000112637922"]
    assert by_id[0]["id"] == 141948669132862
    assert by_id[0]["prices"][0]["amount"] == 11.0


def test_what_is_left_goes_down_with_sales_and_cannot_be_written(sim, lightspeed):
    sim.lightspeed.sell(QUAY, [("52", 3)])

    _, answer = lightspeed(
        "POST", f"/o/op/1/itemAvailability?businessLocationId={QUAY}", {"skus": ["52"]}
    )

    assert [(row["sku"], row["count"]) for row in answer["data"]] == [("52", 37)]
    assert lightspeed("PUT", "/o/op/1/itemAvailability", {})[0] == 404


def test_a_webhook_endpoint_is_put_and_a_post_resets_what_it_leaves_out(lightspeed):
    asked = {
        "endpointId": "MINE",
        "url": "https://shop.example/hooks/k",
        "withBasicAuth": True,
        "username": "u",
        "password": "p",
        "provideAccount": True,
        "subscribeTo": [{"name": "DELIVERED", "resource": "order"}],
    }
    _, made = lightspeed("PUT", "/o/wh/1/webhook", asked)
    lightspeed("POST", "/o/wh/1/webhook", {"endpointId": "MINE", "url": asked["url"]})
    _, changed = lightspeed("GET", "/o/wh/1/webhook/MINE")
    lightspeed("DELETE", "/o/wh/1/webhook/MINE")

    assert (made["provideAccount"], made["username"]) == (True, "u")
    assert "password" not in made
    assert (changed["provideAccount"], changed["subscribeTo"]) == (False, [])
    assert lightspeed("GET", "/o/wh/1/webhook/MINE")[0] == 404
