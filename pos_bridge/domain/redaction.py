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
ISSUER = re.compile(rb"(?:4|5[1-5]|2[2-7]|3[47]|35|6)")


def redact(body: bytes) -> bytes:
    """The body with card data blanked; the same object when it holds none."""
    clean = NAMED.sub(_blank_named, body)
    return RUN.sub(_blank_run, clean)


def _blank_named(match: re.Match[bytes]) -> bytes:
    value = match[2]
    if value.startswith(b'"'):
        return match[1] + b'"' + b"*" * (len(value) - 2) + b'"'
    return match[1] + b"0" * len(value)


def _blank_run(match: re.Match[bytes]) -> bytes:
    key, run = match["key"], match["run"]
    digits = re.sub(rb"[ -]", b"", run)
    if (key and ID_KEY.search(key)) or not ISSUER.match(digits) or not _luhn(digits):
        return match[0]
    start = match.start("run") - match.start()
    quoted = key is None or match[0][start - 1 : start] == b'"'
    return match[0][:start] + (b"*" if quoted else b"0") * len(run)


def _luhn(digits: bytes) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = (char - 48) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 -- the digits' sum
    return total % 10 == 0
