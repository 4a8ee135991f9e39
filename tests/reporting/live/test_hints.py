"""How hints become one, without Redis and without a database."""

from __future__ import annotations

import orjson

from reporting.live.hints import Hint, continuing, runs


def row(item, on_hand, version):
    return {
        "item": item,
        "on_hand": on_hand,
        "reserved": "0",
        "available": on_hand,
        "version": version,
    }


def hint(after, seq, *rows):
    return Hint.of({"location": 7, "after": after, "seq": seq, "rows": list(rows)})


def reach(told):
    return told.after, told.seq


def test_hints_that_join_become_one_with_the_newest_value_of_each_item():
    later = hint(2, 4, row(1, "8", 3), row(2, "5", 1))
    [run] = runs([later, hint(0, 2, row(1, "9", 2))])

    assert run.data == {
        "location": 7,
        "after": 0,
        "seq": 4,
        "rows": [row(1, "8", 3), row(2, "5", 1)],
    }


def test_the_same_hint_twice_is_one():
    once = hint(0, 2, row(1, "9", 2))
    assert [run.data for run in runs([once, once])] == [once.data]


def test_an_older_value_that_comes_late_never_wins():
    [run] = runs([hint(1, 3, row(1, "7", 3)), hint(1, 2, row(1, "8", 2))])
    assert run.rows[1]["on_hand"] == "7"


def test_what_lies_beyond_a_gap_waits():
    following, beyond = continuing(2, [hint(2, 3, row(1, "8", 3)), hint(5, 6, row(1, "6", 5))])

    assert reach(following) == (2, 3)
    assert [reach(run) for run in beyond] == [(5, 6)]


def test_old_news_is_no_news():
    assert continuing(4, [hint(0, 4, row(1, "9", 2))]) == (None, [])


def test_news_that_begins_before_what_is_known_goes_on_from_there():
    following, _ = continuing(3, [hint(1, 5, row(1, "6", 5))])
    assert reach(following) == (3, 5)


def test_only_quantities_are_told_even_when_the_outbox_says_more():
    told = hint(0, 1, {**row(1, "9", 1), "unit_cost": "4.50"})
    assert orjson.loads(told.text) == {
        "type": "changes",
        "location": 7,
        "after": 0,
        "seq": 1,
        "rows": [row(1, "9", 1)],
    }
