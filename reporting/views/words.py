"""Numbers and moments as people read them, and what each kind of movement is called."""

from __future__ import annotations

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.queries.history import Kind

MINUS = "\N{MINUS SIGN}"


def quantity(value: Decimal | int) -> str:
    """`1,284`, `0.25`, with a real minus and no needless zeros."""
    number = Decimal(value)
    text = format(abs(number), "f")
    places = len(text.rstrip("0").partition(".")[2]) if "." in text else 0
    grouped = number_format(abs(number), decimal_pos=places, force_grouping=True)
    return (MINUS if number < 0 else "") + grouped


def signed(value: Decimal) -> str:
    """A change: what came has its plus."""
    return ("+" if value > 0 else "") + quantity(value)


def up_to(count: int, most: int) -> str:
    """A count that was taken no further than `most`."""
    return f"{quantity(most)}+" if count > most else quantity(count)


def moment(at: datetime.datetime, *, zone: str, now: datetime.datetime) -> str:
    """`9:41 am`, with the day when it is another one, in the location's own time."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    clock = f"{local.hour % 12 or 12}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"  # noqa: PLR2004 -- noon
    if local.date() == today:
        return clock
    form = "D j M" if local.year == today.year else "j M Y"
    return f"{date_format(local, form)}, {clock}"


def term(kind: Kind, count: int) -> tuple[str, str]:
    """What all movements of a kind came from: a word, and in how many postings."""
    match kind:
        case Kind.SALE:
            return _("Sold"), ngettext("in %d sale", "in %d sales", count) % count
        case Kind.RETURN:
            return _("Returned to stock"), ngettext("in %d return", "in %d returns", count) % count
        case Kind.RECEIPT:
            notes = ngettext("in %d delivery", "in %d deliveries", count)
            return _("Received"), notes % count
        case Kind.TRANSFER_OUT | Kind.TRANSFER_IN:
            notes = ngettext("in %d transfer", "in %d transfers", count)
            return str(kind.label), notes % count
        case _:
            return str(kind.label), ngettext("%d time", "%d times", count) % count
