"""What the API takes for JSON, exactly."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from rest_framework.exceptions import ParseError

from config import strict_json
from config.strict_json import StrictJSONParser


def parse(body: bytes):
    return StrictJSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"quantity": 0.1, "n": 12}', {"quantity": Decimal("0.1"), "n": 12}),
        (b"[1e3, -0.000001]", [Decimal("1E+3"), Decimal("-0.000001")]),
        ('"é🥐"'.encode(), "é🥐"),
        (b'"\\ud83e\\udd50"', "🥐"),
        (b"[" * 31 + b"1" + b"]" * 31, None),
        (b"null", None),
    ],
)
def test_good_json_is_read_exactly(body, value):
    found = parse(body)
    if value is not None:
        assert found == value


@pytest.mark.proves("S21")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'"\\u0000"',
        b'{"\\u0000": 1}',
        b'"\\ud800"',
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b"9" * 41,
        b"1e999999",
        b"1e-999999",
        b"0." + b"1" * 60,
        b"{'a': 1}",
        b"[1,]",
    ],
)
def test_anything_else_is_refused(body):
    with pytest.raises(ParseError):
        parse(body)


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(strict_json, "LARGEST_BODY", 8)
    assert parse(b'"123456"') == "123456"
    with pytest.raises(strict_json.TooLarge):
        parse(b'"1234567"')
