"""The live page, from a message on the socket to the number a person reads."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.static import samples

pytestmark = pytest.mark.e2e

PATH = "/acme/harbour-street/stock/"
MINUS = "\N{MINUS SIGN}"


class Shop:
    """The stock list of one location, open in a browser whose clock we turn."""

    def __init__(self, site):
        self.site = site
        site.put(PATH, "reporting/stock_list.html", samples.stock(seq=10))
        site.page.clock.install(time="2026-11-21T09:42:00")
        site.page.clock.pause_at("2026-11-21T09:43:00")
        self.page = site.open(PATH)
        self.banner = self.page.locator('[data-live="banner"] p')
        self.connected()

    def connected(self):
        """Wait until the page has its socket, and has said what it says first."""
        expect(self.page.locator('[data-live="badge"]')).to_have_attribute("data-state", "live")
        self.page.evaluate("0")  # answered after everything the page said before it

    @property
    def line(self):
        return self.site.line

    def wait(self, seconds):
        self.page.clock.run_for(seconds * 1000)

    def cell(self, item, name):
        return self.page.locator(f"#row-{item}-1 [data-cell='{name}'] [data-number]")

    def state(self, item):
        return self.page.locator(f"#row-{item}-1 [data-cell='state']")

    def text(self, locator):
        return " ".join(locator.inner_text().split())

    def hide(self, *, hidden):
        self.page.evaluate(
            """(hidden) => {
              Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )


@pytest.fixture
def shop(site):
    return Shop(site)


def kettle(available, version=1, held="4"):
    on_hand = str(int(available) + int(held))
    return {
        "item": 3,
        "on_hand": on_hand,
        "reserved": held,
        "available": available,
        "version": version,
    }


def test_the_page_follows_its_location_from_the_number_it_was_rendered_with(shop):
    assert shop.line.heard == [{"type": "follow", "location": 1, "after": 10}]


def test_every_location_of_the_page_is_followed_on_one_socket(site):
    site.put(PATH, "reporting/stock_list.html", samples.stock(everywhere=True, seq=10))
    site.open(PATH).wait_for_function("document.querySelector('[data-state=live]')")

    assert len(site.lines) == 1
    assert site.line.heard == [
        {"type": "follow", "location": 1, "after": 10},
        {"type": "follow", "location": 2, "after": 10},
    ]


def test_a_change_replaces_the_numbers_and_says_by_how_much_for_four_seconds(shop):
    shop.line.changes(10, 11, kettle("24"))
    shop.wait(1)

    assert shop.text(shop.cell(3, "on-hand")) == "28"
    assert shop.cell(3, "available").text_content() == f"24{MINUS}2"
    shop.wait(4)
    assert shop.cell(3, "available").text_content() == "24"


def test_changes_within_a_quarter_of_a_second_become_one(shop):
    shop.line.changes(10, 11, kettle("25", version=1))
    shop.line.changes(11, 12, kettle("23", version=2))
    shop.wait(1)

    assert shop.cell(3, "available").text_content() == f"23{MINUS}3"


def test_a_row_older_than_the_one_shown_is_not_painted(shop):
    shop.line.changes(10, 11, kettle("20", version=5))
    shop.wait(1)
    shop.line.changes(11, 12, kettle("99", version=4))
    shop.wait(5)

    assert shop.cell(3, "available").text_content() == "20"


def test_the_layout_does_not_move_when_a_number_changes(shop):
    before = shop.cell(3, "available").bounding_box()
    shop.line.changes(10, 11, kettle("24"))
    shop.wait(1)

    assert shop.cell(3, "available").bounding_box() == before


@pytest.mark.parametrize(
    ("available", "held", "state"),
    [("11", "0", "Low"), ("12", "0", "In stock"), ("0", "4", "Out"), ("-3", "0", "Below zero")],
)
def test_a_number_that_crosses_a_limit_changes_how_the_item_stands(shop, available, held, state):
    shop.line.changes(10, 11, kettle(available, held=held))
    shop.wait(1)

    assert shop.text(shop.state(3)) == state


def test_the_badge_says_how_long_ago_the_server_was_heard(shop):
    shop.line.say(type="heartbeat", seqs={"1": 10})
    shop.wait(3)

    expect(shop.page.locator("[data-live-text]")).to_have_text("Live, updated 3 s ago")


def test_twenty_seconds_of_silence_are_a_lost_connection_and_it_comes_back_by_itself(shop):
    shop.line.changes(10, 11, kettle("24"))
    shop.site.is_up = False
    shop.wait(22)
    expect(shop.banner).to_contain_text("Connection lost at 9:43")
    expect(shop.banner).to_contain_text("Numbers may be old. Trying again in")

    shop.site.is_up = True
    shop.page.get_by_role("button", name="Try now").click()
    shop.connected()
    assert shop.line.heard == [{"type": "follow", "location": 1, "after": 11}]
    shop.line.changes(11, 12, kettle("23", version=2))
    shop.wait(2)
    expect(shop.banner).to_contain_text("Back. 1 change caught up.")
    shop.wait(5)
    expect(shop.banner).to_be_hidden()


def test_a_connection_that_drops_is_tried_again_within_a_second(shop):
    shop.line.socket.close(code=1011)
    expect(shop.banner).to_contain_text("Connection lost")
    shop.wait(2)
    shop.connected()

    assert len(shop.site.lines) == 2


def test_a_hidden_page_keeps_the_newest_and_paints_when_it_is_looked_at(shop):
    shop.hide(hidden=True)
    shop.line.changes(10, 11, kettle("25", version=1))
    shop.line.changes(11, 12, kettle("22", version=2))
    shop.wait(2)
    assert shop.cell(3, "available").text_content() == "26"

    shop.hide(hidden=False)
    assert shop.cell(3, "available").text_content() == f"22{MINUS}4"


def test_pause_holds_the_numbers_and_counts_what_waits(shop):
    pause = shop.page.get_by_role("button", name="Pause updates")
    pause.click()
    shop.line.changes(10, 11, kettle("25"))
    shop.wait(2)
    expect(shop.page.locator("[data-live-text]")).to_have_text("Paused, 1 waiting")
    assert shop.cell(3, "available").text_content() == "26"

    pause.click()
    assert shop.cell(3, "available").text_content() == f"25{MINUS}1"


def test_being_signed_out_is_said_with_the_way_back_and_nothing_is_tried_again(shop):
    shop.line.socket.close(code=4401)
    expect(shop.banner).to_contain_text("You are signed out since")
    expect(shop.page.get_by_role("link", name="Sign in")).to_be_visible()
    shop.wait(60)

    expect(shop.banner).not_to_contain_text("Trying")
    assert len(shop.site.lines) == 1


def test_a_lost_right_closes_the_page_and_says_so(shop):
    shop.line.socket.close(code=4403)
    expect(shop.banner).to_contain_text("You may no longer see these locations.")
    shop.wait(60)

    assert len(shop.site.lines) == 1


def test_a_refused_location_is_named(shop):
    shop.line.say(type="refused", location=1)
    shop.wait(1)

    expect(shop.banner).to_contain_text("You may no longer see Harbour Street.")


def test_a_page_too_old_to_catch_up_reads_its_list_again_and_follows_from_there(shop):
    fresh = samples.stock(seq=400)
    fresh["rows"][2] |= {"available": "7", "on_hand": "11"}
    shop.site.put(PATH, "reporting/stock_list.html", fresh)
    shop.line.say(type="resync", location=1)
    shop.wait(1)

    expect(shop.cell(3, "available")).to_have_text("7")
    shop.wait(1)
    assert shop.line.heard[-1] == {"type": "follow", "location": 1, "after": 400}


def test_changes_are_summed_up_for_listeners_at_most_every_ten_seconds(shop):
    summary = shop.page.locator('[data-live="summary"]')
    shop.line.changes(10, 11, kettle("24"))
    shop.wait(2)
    assert summary.text_content() == "Gooseneck kettle, black: 24 available."

    shop.line.changes(11, 12, kettle("23", version=2))
    shop.wait(5)
    assert summary.text_content() == "Gooseneck kettle, black: 24 available."
    shop.wait(6)
    assert summary.text_content() == "Gooseneck kettle, black: 23 available."


def test_items_that_appear_wait_until_they_are_asked_for(shop):
    shop.line.changes(10, 11, {**kettle("5"), "item": 77})
    shop.wait(1)

    expect(shop.page.get_by_role("button", name="1 new, show")).to_be_visible()
    assert shop.page.locator("#rows > tr").count() == 4
