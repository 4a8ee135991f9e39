"""Answers cut out of a page, digit for digit."""

import pytest

from pos_bridge.providers import PROVIDERS, answers
from pos_bridge.providers.base import ProviderUnavailable
from pos_bridge.providers.http import Failure

READ = PROVIDERS["toast"].read


@pytest.mark.proves("I14")
def test_no_digit_changes_on_the_way():
    page = b'[{"a": 1.10, "b": 0.30000000000000004, "c": 123456789012345678901234567890, "d": 1E2}]'

    (order,) = answers.objects(answers.parse(page))

    assert answers.answer(order, read=READ, merchant="m").body == (
        b'{"a":1.10,"b":0.30000000000000004,"c":123456789012345678901234567890,"d":1E2}'
    )


def test_an_answer_is_known_as_its_order_and_version():
    page = b'{"guid": "g", "checks": [], "modifiedDate": "2026-03-04T10:05:01.000+0000"}'

    answer = answers.answer(answers.parse(page), read=READ, merchant="m")

    assert (answer.dedupe, answer.merchant) == ("order:g:2026-03-04T10:05:01.000Z", "m")


def test_what_cannot_be_read_is_kept_and_known_by_its_bytes():
    answer = answers.answer({"guid": None, "checks": []}, read=READ, merchant="m")

    assert answer.body == b'{"guid":null,"checks":[]}'
    assert answer.dedupe.startswith("sha256:")


def test_half_an_emoji_does_not_stop_a_poll():
    document = answers.parse(b'{"name": "\\ud83d", "price": 1.10, "in": [{"\\ud83d": null}]}')

    body = answers.answer(document, read=READ, merchant="m").body

    assert body == b'{"name":"?","price":1.10,"in":[{"?":null}]}'


def test_an_order_nested_without_end_is_no_answer():
    document = {"guid": answers.parse(b"[" * 500 + b"]" * 500)}

    with pytest.raises(ProviderUnavailable):
        answers.answer(document, read=READ, merchant="m")


@pytest.mark.parametrize("body", [b"", b"<html>", b"NaN", b"\xff", b"[" * 100_000])
def test_garbage_is_a_failure(body):
    with pytest.raises(Failure):
        answers.parse(body)


@pytest.mark.parametrize("value", [None, {}, "x", [1], [{}, None]])
def test_a_page_is_a_list_of_objects(value):
    with pytest.raises(Failure):
        answers.objects(value)
