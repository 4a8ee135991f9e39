"""Card data never reaches a table: it is blanked in the bytes before they are kept.

Fields named for it are blanked whatever they hold; elsewhere a run of 15 or 16 digits with an
issuer's prefix and a valid check digit is, unless its field is an id. Blanks have the length of
what they hide.
"""

from __future__ import annotations

import re

NAMED = re.compile(
    rb'("(?:card_?number|pan|primary_?account_?number|account_?number|track_?[12]?(?:_?data)?|cvv2?|cvc2?|cid'
    rb'|security_?code|card_?verification(?:_?value)?|pin(?:_?block)?|magstripe)"\s*:\s*)'
    rb'("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)',
    re.IGNORECASE,
)
RUN = re.compile(
    rb'(?:"(?P<key>[^"\\]{1,80})"\s*:\s*"?)?(?<![\w.-])(?P<run>\d(?:[ -]?\d){14,15})(?![\w.-]*\d)'
)
ID_KEY = re.compile(
    rb"(?:id|ids|guid|uuid|uid|reference|ref|token|key|version|barcode|gtin|ean|upc|sku)$",
    re.IGNORECASE,
)
NEAR = 16  # bytes to look at beside a run; nobody indents more within a line
ISSUER = re.compile(rb"(?:4|5[1-5]|2[2-7]|3[47]|35|6)")


def redact(body: bytes) -> bytes:
    """The body with card data blanked; equal to it when it holds none."""
    clean = NAMED.sub(_blank_named, body)
    return RUN.sub(_blank_run, clean)


def _blank_named(match: re.Match[bytes]) -> bytes:
    value = match[2]
    if value.startswith(b'"'):
        return match[1] + b'"' + b"*" * (len(value) - 2) + b'"'
    return match[1] + _zeros(len(value))


def _blank_run(match: re.Match[bytes]) -> bytes:
    key, run = match["key"], match["run"]
    digits = re.sub(rb"[ -]", b"", run)
    if (key and ID_KEY.search(key)) or not ISSUER.match(digits) or not _luhn(digits):
        return match[0]
    start = match.start("run") - match.start()
    blank = _zeros(len(run)) if _is_bare(match) else b"*" * len(run)
    return match[0][:start] + blank


def _is_bare(match: re.Match[bytes]) -> bool:
    """Whether the run stands where JSON has a number and not a text."""
    start, end = match.span("run")
    before = match.string[max(start - NEAR, 0) : start].rstrip()[-1:]
    after = match.string[end : end + NEAR].lstrip()[:1]
    return before in (b":", b",", b"[") and after in (b",", b"]", b"}")


def _zeros(length: int) -> bytes:
    """A number of that length: none begins with 0 but 0 itself."""
    return b"1" + b"0" * (length - 1) if length > 1 else b"0"


def _luhn(digits: bytes) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = (char - 48) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 -- the digits' sum
    return total % 10 == 0
