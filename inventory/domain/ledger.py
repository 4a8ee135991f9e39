"""The one place that writes stock. What it writes is history and stays as written.

Postings are idempotent by key; every entry moves its level in the same transaction; levels are
locked in one order, streams last. Facts always post, also below zero; requests may be refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.utils import DatabaseError

from core import tenancy
from core.domain import arrays, outbox
from core.models import User
from inventory.models.stock import INTERNAL, Kind, Posting

__all__ = [  # Kind lives beside the tables, which nobody else imports
    "BATCH",
    "FACTS",
    "Draft",
    "Kind",
    "Move",
    "NotAQuantity",
    "NotEnoughStock",
    "count",
    "post",
    "post_many",
]

LARGEST = Decimal(10) ** 9
SCALE = 6
BATCH = 500  # postings a call at most: beyond, locks are held longer for no gain
INSUFFICIENT = "SR001"

FACTS = frozenset({Kind.SALE, Kind.RETURN, Kind.COUNT, Kind.TRUE_UP, Kind.RECEIPT, Kind.WASTE})


class NotEnoughStock(ValidationError):
    """Refused: the shelf does not hold that much.

    `shortfalls` says where and how much is missing.
    """

    def __init__(self, shortfalls: list[dict[str, Any]]) -> None:
        first = shortfalls[0]
        super().__init__(
            f"Only {first['available']} available; {first['short']} more would be needed."
            " Nothing was changed.",
            code="insufficient_stock",
        )
        self.shortfalls = shortfalls


class NotAQuantity(ValidationError):
    """Refused: not a number the ledger can hold exactly."""


@dataclass(frozen=True, slots=True)
class Move:
    """So many of an item come to a location (negative: leave it)."""

    location: int
    item: int
    quantity: Decimal = Decimal(0)
    unit_cost: Decimal | None = None  # of what comes in; None: at the average
    counted: Decimal | None = None  # instead of a quantity: what a count found


@dataclass(frozen=True, slots=True)
class Draft:
    """A posting to be made. The key names what happened, so that it happens once."""

    kind: Kind
    key: str
    moves: Sequence[Move]
    actor: int
    effective_at: datetime
    occurred_at: datetime | None = None  # the source's word; effective_at when it has none
    source: str = ""
    reason: str = ""
    note: str = ""


def post(
    *,
    kind: Kind,
    moves: Sequence[Move],
    actor: User,
    effective_at: datetime,
    key: str,
    occurred_at: datetime | None = None,
    source: str = "",
    reason: str = "",
    note: str = "",
) -> Posting:
    """Record what happened and move the levels; the same key again returns the same posting.

    Raises NotEnoughStock when a request (not a fact) would take more than is available, and
    NotAQuantity; then nothing is written and the caller's transaction can go on.
    """
    draft = Draft(
        kind, key, moves, actor.pk, effective_at, occurred_at, source or key, reason, note
    )
    refuse = kind not in FACTS
    # Only what the database may refuse needs a savepoint to come back to: two statements of six.
    with transaction.atomic() if refuse else nullcontext():
        [number] = post_many([draft], refuse=refuse)
    if number is None:
        return Posting.objects.get(key=key)
    return Posting(pk=number, tenant_id=tenancy.acting_tenant(), **_fields(draft))


def post_many(drafts: Sequence[Draft], *, refuse: bool = False) -> list[int | None]:
    """Record a batch in one call. Answers each posting's id, None where its key was known.

    All or nothing. With `refuse`, raises NotEnoughStock when any level would fall below what is
    reserved. Lock errors are the caller's to retry: nothing was written. Counts go by themselves,
    each level once, for a count reads what the ledger holds and not what its batch will add.
    """
    if not drafts:
        return []
    if len(drafts) > BATCH:
        raise ValueError(f"At most {BATCH} postings a call.")
    for draft in drafts:
        _check(draft)
    _check_counts(drafts)
    try:
        with connection.cursor() as cursor:
            cursor.execute(CALL, _arrays(drafts, refuse=refuse))
            [(numbers,)] = cursor.fetchall()
    except DatabaseError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error
    outbox.filled()
    return list(numbers)


def count(
    *,
    location: int,
    counted: Iterable[tuple[int, Decimal]],
    actor: User,
    counted_at: datetime,
    key: str,
    note: str = "",
) -> Posting:
    """Post what was found of each item at `counted_at`: the variance to what stood there then.

    Movements of before that arrive later get a true-up, so the count stays true (semantics 5).
    """
    moves = [Move(location, item, counted=found) for item, found in counted]
    return post(
        kind=Kind.COUNT, moves=moves, actor=actor, effective_at=counted_at, key=key, note=note
    )


CALL = (
    "SELECT ledger_post(%s::uuid, %s::text[], %s::text[], %s::text[], %s::bigint[],"
    " %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::int[], %s::bigint[],"
    " %s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s)"
)


def _arrays(drafts: Sequence[Draft], *, refuse: bool) -> list[Any]:
    moves = [(place, move) for place, draft in enumerate(drafts, 1) for move in draft.moves]
    return [
        tenancy.acting_tenant(),
        arrays.texts(draft.kind for draft in drafts),
        arrays.texts(draft.key for draft in drafts),
        arrays.texts(draft.source or draft.key for draft in drafts),
        arrays.plain(draft.actor for draft in drafts),
        arrays.moments(draft.occurred_at or draft.effective_at for draft in drafts),
        arrays.moments(draft.effective_at for draft in drafts),
        arrays.texts(draft.reason for draft in drafts),
        arrays.texts(draft.note for draft in drafts),
        arrays.plain(place for place, _ in moves),
        arrays.plain(move.location for _, move in moves),
        arrays.plain(move.item for _, move in moves),
        arrays.plain(move.quantity for _, move in moves),
        arrays.plain(move.unit_cost for _, move in moves),
        arrays.plain(move.counted for _, move in moves),
        refuse,
    ]


def _check(draft: Draft) -> None:
    if not draft.moves:
        raise ValueError("A posting without a move tells nothing.")
    for move in draft.moves:
        for number in (move.quantity, move.unit_cost, move.counted):
            if number is not None:
                _check_number(number)
        if (move.counted is not None) != (draft.kind == Kind.COUNT):
            raise ValueError("A count, and only a count, says what was found.")
    if draft.kind in INTERNAL:
        _check_balance(draft)


def _check_counts(drafts: Sequence[Draft]) -> None:
    found = [
        (move.location, move.item)
        for draft in drafts
        if draft.kind == Kind.COUNT
        for move in draft.moves
    ]
    if found and any(draft.kind != Kind.COUNT for draft in drafts):
        raise ValueError("A count is posted in a call of its own.")
    if len(found) != len(set(found)):
        raise ValueError("A count says once what was found of an item.")


def _check_number(number: Decimal) -> None:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > SCALE or abs(number) > LARGEST:
        raise NotAQuantity(
            f"{number} is not a quantity: at most {SCALE} decimals and 1,000,000,000.",
            code="not_a_quantity",
        )


def _check_balance(draft: Draft) -> None:
    sums: dict[int, Decimal] = {}
    for move in draft.moves:
        sums[move.item] = sums.get(move.item, Decimal(0)) + move.quantity
    if draft.kind is not Kind.ASSEMBLY and any(sums.values()):
        raise ValueError("What leaves one location of ours arrives at another.")


def _fields(draft: Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "key": draft.key,
        "source": draft.source,
        "actor_id": draft.actor,
        "occurred_at": draft.occurred_at or draft.effective_at,
        "effective_at": draft.effective_at,
        "reason": draft.reason,
        "note": draft.note,
    }


def _refusal(error: DatabaseError) -> NotEnoughStock | None:
    cause = error.__cause__
    if getattr(cause, "pgcode", None) != INSUFFICIENT:
        return None
    return NotEnoughStock(json.loads(cause.diag.message_detail))  # type: ignore[union-attr]
