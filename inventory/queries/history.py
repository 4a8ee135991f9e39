"""Why a figure is what it is: what moved it, newest first, and the sum that makes it.

All sums are taken from the entries; the running level is only compared with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from core.models import User
from inventory.models.stock import CountMark, Entry, Kind, Posting, StockLevel

__all__ = ["Kind", "Line", "Term", "Why", "entries_at", "lines_of", "why"]

PAGE = 20
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Term:
    """What all movements of one kind came to."""

    kind: Kind
    quantity: Decimal
    postings: int


@dataclass(frozen=True, slots=True)
class Why:
    """The equation: start + terms = on hand; on hand - reserved = available.

    Starts at the newest count, else at the opening stock, else at nothing. `reserved`, `available`
    and `level` are of now, so None when asked for an instant.
    """

    counted_at: datetime | None
    counted_by: str
    start: Decimal
    terms: list[Term]
    on_hand: Decimal
    reserved: Decimal | None
    available: Decimal | None
    level: Decimal | None
    is_true: bool  # the running level and the count say what the entries add up to


@dataclass(frozen=True, slots=True)
class Line:
    """One movement, as history shows it."""

    version: int
    kind: Kind
    quantity: Decimal
    on_hand_after: Decimal
    effective_at: datetime
    recorded_at: datetime
    actor: str
    source: str
    reason: str
    note: str


def why(*, location: int, item: int, at: datetime | None = None) -> Why:
    """The equation of a level, now or as of an instant."""
    entries = Entry.objects.filter(location=location, item=item)
    marks = CountMark.objects.filter(location=location, item=item)
    if at is not None:
        entries, marks = entries.filter(effective_at__lte=at), marks.filter(counted_at__lte=at)
    # In this order: what is posted between two of these reads is then left out of all of them.
    mark = marks.select_related("posting").order_by("-counted_at", "-id").first()
    level = StockLevel.objects.filter(location=location, item=item).first() if at is None else None
    if level:
        entries = entries.filter(version__lte=level.version)
    if mark:
        start = _sum(entries.filter(effective_at__lte=mark.counted_at))
        terms = _terms(entries.filter(effective_at__gt=mark.counted_at))
    else:
        terms = _terms(entries)
        start = sum((term.quantity for term in terms if term.kind is Kind.OPENING), ZERO)
        terms = [term for term in terms if term.kind is not Kind.OPENING]
    on_hand = sum((term.quantity for term in terms), start)
    return Why(
        counted_at=mark.counted_at if mark else None,
        counted_by=_names([mark.posting.actor_id])[mark.posting.actor_id] if mark else "",
        start=start,
        terms=terms,
        on_hand=on_hand,
        reserved=level.reserved if level else None,
        available=on_hand - level.reserved if level else None,
        level=level.on_hand if level else None,
        is_true=(level is None or level.on_hand == on_hand)
        and (mark is None or mark.counted == start),
    )


def lines_of(
    *, location: int, item: int, before: int | None = None, size: int = PAGE
) -> tuple[list[Line], int | None]:
    """A page of history in the order it was recorded, newest first; and where older ones go on."""
    entries = Entry.objects.filter(location=location, item=item).select_related("posting")
    if before is not None:
        entries = entries.filter(version__lt=before)
    page = list(entries.order_by("-version")[: size + 1])
    names = _names({entry.posting.actor_id for entry in page})
    lines = [_line(entry, names) for entry in page[:size]]
    return lines, lines[-1].version if len(page) > size else None


def entries_at(location: int) -> QuerySet[Entry]:
    """All entries of a location, for lists that page by seq."""
    return Entry.objects.filter(location=location).select_related("posting", "item")


def _sum(entries: QuerySet[Entry]) -> Decimal:
    return entries.aggregate(all=Sum("quantity"))["all"] or ZERO


def _terms(entries: QuerySet[Entry]) -> list[Term]:
    found = entries.values("posting__kind").annotate(
        quantity=Sum("quantity"), postings=Count("posting", distinct=True)
    )
    by_kind = {row["posting__kind"]: row for row in found}
    return [
        Term(kind, by_kind[kind]["quantity"], by_kind[kind]["postings"])
        for kind in Kind
        if kind in by_kind and kind is not Kind.REVALUATION  # moves value, never quantity
    ]


def _names(users: set[int] | list[int]) -> dict[int, str]:
    """Names of actors. One who left the chain is no longer seen from it, but acted all the same."""
    found = dict(User.objects.filter(pk__in=users).values_list("pk", "name"))
    return {user: found.get(user, "a former member") for user in users}


def _line(entry: Entry, names: dict[int, str]) -> Line:
    posting: Posting = entry.posting
    return Line(
        version=entry.version,
        kind=Kind(posting.kind),
        quantity=entry.quantity,
        on_hand_after=entry.on_hand_after,
        effective_at=entry.effective_at,
        recorded_at=posting.recorded_at,
        actor=names[posting.actor_id],
        source=posting.source,
        reason=posting.reason,
        note=posting.note,
    )
