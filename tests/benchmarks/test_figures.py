"""A figure says what was demanded, and whether it was reached."""

from benchmarks.figures import Figure, percentile


def test_a_ratio_is_held_against_the_goal():
    figure = Figure("posting", 700.0, "sales/s", limit=200.0, at_least=3.5)

    assert (figure.ratio, figure.goal, figure.met) == (3.5, ">= 3.5", True)


def test_without_a_limit_the_value_is_held_against_the_goal():
    figure = Figure("deadlocks", 1, "", at_most=0)

    assert (figure.ratio, figure.goal, figure.met) == (None, "<= 0", False)


def test_without_a_goal_nothing_is_met_or_missed():
    assert Figure("posting", 700.0, "sales/s", limit=200.0).met is None


def test_the_highest_percentile_is_the_largest_value():
    assert percentile([3, 1, 2], 1.0) == 3
