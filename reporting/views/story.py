"""The sum that makes a figure, and the movements behind it, in words."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from inventory.queries.history import Kind, Line, Why
from inventory.queries.levels import ZERO
from locations.models import Location
from reporting.views import words

logger = logging.getLogger(__name__)

LATE = timedelta(minutes=10)  # beyond, a fact says when it came
LONGEST_SOURCE = 40
CORRECTIONS = frozenset({"voided", "changed"})
TILLS_OWN = frozenset({Kind.SALE, Kind.RETURN, Kind.WASTE})
FACTS = frozenset({Kind.SALE, Kind.RETURN, Kind.RECEIPT, Kind.WASTE})


def equation(why: Why, here: Location, now: datetime) -> list[dict[str, Any]]:
    """The sum as lines, from the last count to what is available."""
    lines = [_start(why, here, now)]
    for term in why.terms:
        label, note = words.term(term.kind, term.postings)
        lines.append(_line(label, note, words.signed(term.quantity)))
    lines.append(
        _line(
            _("On hand"), _("what the entries add up to"), words.quantity(why.on_hand), total=True
        )
    )
    if not why.is_true:
        logger.error("The level of an item at %s is not what its entries add up to", here.code)
        lines.append(_doubt(why))
    reserved = why.reserved or ZERO
    lines.append(_line(_("Held"), _("for orders that are open"), words.quantity(-reserved)))
    available = words.quantity(why.on_hand - reserved)
    return [*lines, _line(_("Available"), _("to sell now"), available, total=True)]


def _start(why: Why, here: Location, now: datetime) -> dict[str, Any]:
    if why.counted_at is None:
        return _line(_("Opening stock"), "", words.quantity(why.start))
    at = words.moment(why.counted_at, zone=here.time_zone, now=now)
    return _line(_("Counted"), f"{at}, {why.counted_by}", words.quantity(why.start))


def _doubt(why: Why) -> dict[str, Any]:
    """Said aloud: a figure that does not add up must not look like one that does."""
    level = words.quantity(why.level or ZERO)
    return _line(
        _("This does not add up"), _("the list says this instead; tell an administrator"), level
    )


def _line(label: str, note: str, value: str, *, total: bool = False) -> dict[str, Any]:
    return {"label": label, "note": note, "value": value, "total": total, "url": None}


def movement(line: Line, here: Location, now: datetime) -> dict[str, Any]:
    is_late = line.kind in FACTS and line.recorded_at - line.effective_at > LATE
    is_below = line.on_hand_after < 0 and line.quantity < 0
    return {
        "kind_label": _label(line, is_below=is_below),
        "signed": words.signed(line.quantity),
        "balance": words.quantity(line.on_hand_after),
        "time_label": words.moment(line.effective_at, zone=here.time_zone, now=now),
        "iso": line.effective_at.isoformat(),
        "who": line.actor,
        "note": _late(line, here, now) if is_late else _note(line),
        "tone": _tone(line, is_below=is_below),
        "late": is_late,
    }


def _label(line: Line, *, is_below: bool) -> str:
    """What happened; what a till took back or changed afterwards is no second sale."""
    if line.kind in TILLS_OWN and line.reason in CORRECTIONS:
        return f"{line.kind.label} {line.reason}"
    return _("%s below zero") % line.kind.label if is_below else str(line.kind.label)


def _tone(line: Line, *, is_below: bool) -> str:
    if is_below or line.kind is Kind.TRUE_UP:
        return "alert"
    return "in" if line.quantity > 0 else "out"


def _late(line: Line, here: Location, now: datetime) -> str:
    return _("Late %(kind)s, %(at)s, received %(received)s") % {
        "kind": str(line.kind.label).lower(),
        "at": words.moment(line.effective_at, zone=here.time_zone, now=now),
        "received": words.moment(line.recorded_at, zone=here.time_zone, now=now),
    }


def _note(line: Line) -> str:
    """Why and from which document, as far as it was said."""
    document = line.source.rsplit(":", 1)[-1] if line.source.startswith("pos:") else ""
    order = _("order %(number)s") % {"number": document[:LONGEST_SOURCE]} if document else ""
    reason = "" if line.reason in CORRECTIONS else line.reason
    return ", ".join(part for part in (reason, line.note, order) if part)
