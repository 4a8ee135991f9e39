"""What JSON we take, and what its fields are taken as."""

import json
from decimal import Decimal

import pytest

from pos_bridge.providers import payload
from pos_bridge.providers.base import UnreadablePayload


def nested(levels):
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e41",
        b"1e-41",
        b"0e999999999999999999999",
        b"1" * 65,
        b"0." + b"1" * 64,
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b'"\x01"',
        b"{",
        b"",
        nested(33),
        nested(1_000_000),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_odd_json_is_refused(body):
    with pytest.raises(UnreadablePayload):
        payload.load(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"0.30000000000000004", Decimal("0.30000000000000004")),
        (b"10.0", Decimal("10.0")),
        (b"1E2", Decimal("1E+2")),
        (b"-0.5", Decimal("-0.5")),
        (b"9007199254740993", 9007199254740993),
        (b'"\\u0000 \\ud83d"', "\x00 \ud83d"),
        (nested(32)[:], json.loads(nested(32))),
    ],
    ids=lambda value: str(value)[:30],
)
def test_numbers_are_as_exact_as_they_are_written(body, value):
    assert payload.load(body) == value


def node(**fields):
    return payload.Node.of(fields, "body")


@pytest.mark.parametrize("value", ["a-1", "null", "0", "\N{SNOWMAN}", "x" * 255])
def test_an_id_is_opaque_text(value):
    assert node(id=value).id("id") == value


def test_a_number_is_an_id_too_and_no_digit_of_it_is_lost():
    assert node(id=247158188015618001234).id("id") == "247158188015618001234"


@pytest.mark.parametrize(
    "value", [None, "", True, 1.5, [], {}, "x" * 256, "a\x00b", "a\nb", "\ud83d"], ids=repr
)
def test_what_no_database_takes_is_no_id(value):
    with pytest.raises(UnreadablePayload):
        node(id=value).id("id")


def test_absent_null_and_empty_are_no_id_where_one_may_lack():
    assert [node(**fields).maybe_id("id") for fields in ({}, {"id": None}, {"id": ""})] == [
        None
    ] * 3


@pytest.mark.parametrize(
    ("getter", "value"),
    [
        ("node", None),
        ("node", []),
        ("maybe_node", "x"),
        ("maybe_flag", 1),
        ("flag", "true"),
        ("maybe_integer", True),
        ("maybe_integer", "1"),
        ("maybe_integer", Decimal(1)),
        ("maybe_integer", 2**63),
        ("word", []),
    ],
)
def test_a_field_of_another_type_is_refused_by_name(getter, value):
    with pytest.raises(UnreadablePayload, match=r"body\.field"):
        getattr(node(field=value), getter)("field")


def test_a_list_names_the_place_of_what_is_wrong_in_it():
    things = node(lines=[{"uid": "a"}, {"uid": 1.5}]).nodes("lines")

    assert next(things).id("uid") == "a"
    with pytest.raises(UnreadablePayload, match=r"body\.lines\[1\]\.uid: an id was expected"):
        next(things).id("uid")


def test_a_label_is_shown_and_never_refused():
    assert node(name="Pie\x00").label("name") == "Pie\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("odd", [None, 5, [], {}], ids=repr)
def test_what_is_no_text_is_shown_as_nothing(odd):
    assert node(name=odd).label("name") == ""
