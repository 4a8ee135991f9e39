"""How numbers, moments, icons and drawings are written on a page, the same everywhere.

Every filter takes what the domain gives (Decimal, minor units, an aware moment) and returns text;
nothing here asks the database. `static/js/numbers.js` writes numbers by the same rules.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

MINUS = "\N{MINUS SIGN}"
DIVISION_OF = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3}
SIGN_OF = {"USD": "$", "AUD": "$", "CAD": "$", "NZD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
MINUTE, HOUR = 60, 3600


@register.filter
def quantity(value: Decimal | int | None) -> str:
    """A quantity as people write it: "1,284", "0.25", minus three; nothing at all stays empty."""
    if value is None:
        return ""
    number = Decimal(value)
    return (MINUS if number < 0 else "") + _grouped(abs(number))


@register.filter
def signed(value: Decimal | int | None) -> str:
    """A change, with its sign: "+12"; nothing moved is "0"."""
    if value is None:
        return ""
    return ("+" if Decimal(value) > 0 else "") + quantity(value)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Minor units with their currency: 9600 in AUD is "$96.00", in another currency "96.00 CHF"."""
    if minor is None:
        return ""
    places = DIVISION_OF.get(currency, 2)
    amount = number_format(
        Decimal(abs(minor)).scaleb(-places), decimal_pos=places, force_grouping=True
    )
    minus = MINUS if minor < 0 else ""
    sign = SIGN_OF.get(currency)
    return f"{minus}{sign}{amount}" if sign else f"{minus}{amount} {currency}"


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago, under an hour; then the day and time, in the zone that is active."""
    if moment is None:
        return ""
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds < MINUTE:
        return _("%(count)s s ago") % {"count": max(seconds, 0)}
    if seconds < HOUR:
        return _("%(count)s min ago") % {"count": seconds // MINUTE}
    return date_format(timezone.localtime(moment), "D j M, H:i")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One symbol of the sprite, hidden from readers: the word beside it says the same."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        size,
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
def drawing(name: str) -> SafeString:
    """The small drawing of a good; a good without one gets the plain parcel."""
    return format_html(
        '<svg viewBox="0 0 26 26" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons/drawings.svg"),
        name or "generic",
    )


@register.simple_tag
def product_name() -> str:
    """What this installation calls itself; one setting."""
    return str(settings.PRODUCT_NAME)


def _grouped(number: Decimal) -> str:
    """Thousands apart, as many places as the number has and no trailing zeros."""
    plain = format(number.normalize(), "f")
    places = len(plain.partition(".")[2])
    return number_format(Decimal(plain), decimal_pos=places, force_grouping=True)
