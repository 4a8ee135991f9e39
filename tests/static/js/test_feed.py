"""What a page knows of a location, message by message."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e

PLAY = """async (steps) => {
  const { Feed } = await import("/static/js/feed.js");
  const said = [];
  const feed = new Feed({
    send: ({ location, after }) => said.push(["follow", location, after]),
    show: (place, rows) => said.push(["show", place.id, ...rows]),
    reload: (place) => said.push(["reload", place.id]),
    refuse: (place) => said.push(["refuse", place.id]),
  });
  for (const [name, ...given] of steps) feed[name](...given);
  return said;
}"""


@pytest.fixture
def play(site):
    """Run the feed through steps and return what it said and showed, in order."""
    site.pages["/blank/"] = "<!DOCTYPE html><title>Blank</title>"
    page = site.open("/blank/")
    return lambda *steps: page.evaluate(PLAY, list(steps))


def know(seq=10, place=1):
    return ["know", {"id": place, "code": "hs", "name": "Harbour Street", "seq": seq}]


def changes(after, seq, *rows, now=0):
    message = {"type": "changes", "location": 1, "after": after, "seq": seq, "rows": list(rows)}
    return ["hear", message, now]


def heartbeat(seq, now):
    return ["hear", {"type": "heartbeat", "seqs": {"1": seq}}, now]


@pytest.mark.proves("9.2")
def test_following_starts_after_the_number_the_page_was_rendered_with(play):
    assert play(know(10), ["open", 0]) == [["follow", 1, 10]]


@pytest.mark.proves("9.2")
def test_a_location_never_seen_is_asked_for_whole(play):
    assert play(know(None), ["open", 0]) == [["follow", 1, None]]


def test_the_next_message_is_shown(play):
    assert play(know(10), changes(10, 11, "a"), changes(11, 13, "b")) == [
        ["show", 1, "a"],
        ["show", 1, "b"],
    ]


@pytest.mark.proves("9.1")
def test_news_that_is_already_shown_is_ignored(play):
    assert play(know(10), changes(9, 10, "old"), changes(3, 4, "older")) == []


def test_a_message_that_overlaps_what_is_shown_is_shown(play):
    assert play(know(10), changes(8, 12, "newest")) == [["show", 1, "newest"]]


@pytest.mark.proves("9.2")
def test_a_gap_asks_for_the_rest_and_shows_nothing_until_it_comes(play):
    said = play(know(10), changes(12, 13, "later"), changes(10, 13, "both"))

    assert said == [["follow", 1, 10], ["show", 1, "both"]]


def test_one_gap_is_asked_about_once_in_two_seconds(play):
    said = play(
        know(10), changes(12, 13, now=0), changes(13, 14, now=1_999), changes(14, 15, now=2_000)
    )

    assert said == [["follow", 1, 10], ["follow", 1, 10]]


def test_a_heartbeat_that_stays_ahead_for_two_seconds_asks_for_the_rest(play):
    assert play(know(10), heartbeat(11, 0), ["check", 1_999]) == []
    assert play(know(10), heartbeat(11, 0), ["check", 2_000]) == [["follow", 1, 10]]


def test_a_heartbeat_that_is_caught_up_with_asks_for_nothing(play):
    said = play(know(10), heartbeat(11, 0), changes(10, 11, "a"), ["check", 5_000])

    assert said == [["show", 1, "a"]]


def test_a_fragment_newer_than_the_feed_moves_it_forward(play):
    assert play(know(10), know(12), changes(10, 11, "old"), changes(11, 13, "new")) == [
        ["show", 1, "new"]
    ]


def test_a_location_too_old_to_replay_is_loaded_again(play):
    resync = ["hear", {"type": "resync", "location": 1}, 0]

    assert play(know(10), resync, know(40), ["open", 0]) == [["reload", 1], ["follow", 1, 40]]


def test_a_location_that_is_refused_is_not_followed_again(play):
    refused = ["hear", {"type": "refused", "location": 1}, 0]

    assert play(know(10), know(5, place=2), refused, ["open", 0]) == [
        ["refuse", 1],
        ["follow", 2, 5],
    ]


def test_words_of_a_newer_server_are_left_alone(play):
    assert play(know(10), ["hear", {"type": "weather", "location": 1}, 0]) == []


def test_each_try_waits_longer_never_over_thirty_seconds_and_never_in_step(site):
    site.pages["/blank/"] = "<!DOCTYPE html><title>Blank</title>"
    page = site.open("/blank/")
    waits = page.evaluate(
        """async () => {
          const { pause } = await import("/static/js/feed.js");
          return [0, 1, 2, 5, 9].map((n) => [pause(n, 0), pause(n, 1)]);
        }"""
    )

    assert waits == [[0.5, 1], [1, 2], [2, 4], [15, 30], [15, 30]]
