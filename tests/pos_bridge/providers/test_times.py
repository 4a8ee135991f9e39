"""Instants as tills write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pos_bridge.providers import times
from pos_bridge.providers.base import UnreadablePayload

NOON = datetime(2024, 4, 1, 12, 0, 30, 223000, tzinfo=UTC)


@pytest.mark.proves("4.1")
@pytest.mark.parametrize(
    "written",
    [
        "2024-04-01T12:00:30.223Z",
        "2024-04-01T12:00:30.223+0000",
        "2024-04-01T12:00:30.223+00:00",
        "2024-04-01T12:00:30.223000999Z",
        "2024-04-01t12:00:30.223z",
        "2024-04-01T14:00:30.223+02:00",
        "2024-04-01T07:30:30.223-0430",
    ],
)
def test_the_same_instant_however_it_is_written(written):
    assert times.parse(written) == NOON
    assert times.parse(written).tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "2024-04-01T12:00:30.223",
        "2024-04-01",
        "2024-04-01 12:00:30 +0000 UTC",
        "2024-02-30T12:00:30Z",
        "2024-04-01T24:00:00Z",
        "2024-04-01T12:00:30+99:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2024-04-01T12:00:30.1234567890Z",
        "\N{ARABIC-INDIC DIGIT TWO}024-04-01T12:00:30Z",
        "",
        None,
        1711972830,
    ],
    ids=repr,
)
def test_what_is_no_instant_is_refused(written):
    with pytest.raises(UnreadablePayload):
        times.parse(written)


def test_a_time_is_asked_for_in_utc():
    local = datetime(2024, 4, 1, 14, 0, 30, 223999, tzinfo=timezone(timedelta(hours=2)))

    assert times.zulu(local) == "2024-04-01T12:00:30.223Z"
