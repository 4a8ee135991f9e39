"""What the views hand to the page templates, with sample goods."""

from __future__ import annotations

from typing import Any

GOODS = [
    ("Guji Ethiopia, 250 g", "BEAN-GUJ-250", "bag", "0", "0", "out", "Out"),
    ("Oat drink barista, 1 L", "DRNK-OAT-1L", "carton", "9", "3", "low", "Low"),
    ("Gooseneck kettle, black", "KETL-GN-BLK", "kettle", "30", "4", "ok", "In stock"),
    ("Cascara tea tin, 90 g", "TEA-CAS-090", "tin", "\N{MINUS SIGN}3", "0", "below", "Below zero"),
]
PLACES = [(1, "harbour-street", "Harbour Street"), (2, "carlton", "Carlton")]


def row(item: int, place: int) -> dict[str, Any]:
    """One item at one location; its limit for "low" is 12."""
    name, sku, picture, on_hand, held, state, label = GOODS[item - 1]
    code, location = next((code, name) for id_, code, name in PLACES if id_ == place)
    available = {"9": "6", "30": "26"}.get(on_hand, on_hand)
    return {
        "item_id": item,
        "sku": sku,
        "name": name,
        "picture": picture,
        "category": "Coffee",
        "location_id": place,
        "location_code": code,
        "location_name": location,
        "on_hand": on_hand,
        "reserved": held,
        "available": available,
        "incoming": "12",
        "state": state,
        "state_label": label,
        "low_at": "12",
        "url": f"/acme/{code}/stock/{sku}/",
        "drawer_url": f"/acme/{code}/stock/{sku}/drawer/",
    }


def shell(*, everywhere: bool = False, seq: int = 10) -> dict[str, Any]:
    """What every page of the shell takes."""
    here = [place for place in PLACES if everywhere or place[0] == 1]
    return {
        "tenant": {"slug": "acme", "name": "Acme Coffee", "currency": "AUD"},
        "location": None
        if everywhere
        else {"code": "harbour-street", "name": "Harbour Street", "kind_label": "Store"},
        "locations": [
            {
                "name": name,
                "kind_label": "Store",
                "url": f"/acme/{code}/stock/",
                "is_current": False,
            }
            for _, code, name in PLACES
        ],
        "nav": [
            {"label": "Stock", "url": "/acme/all/stock/", "icon": "box", "is_current": True},
            {"label": "Admin", "url": "/admin/", "icon": "settings", "is_current": False},
        ],
        "person": {"name": "Priya Nair", "initials": "PN", "role_label": "Store manager"},
        "live": {
            "url": "",
            "path": "/ws/acme/stock",
            "locations": [
                {"id": id_, "code": code, "name": name, "seq": seq} for id_, code, name in here
            ],
        },
    }


def stock(*, everywhere: bool = False, seq: int = 10, **changes: Any) -> dict[str, Any]:
    """What the stock list takes."""
    items = range(1, len(GOODS) + 1)
    places = [1, 2] if everywhere else [1]
    return {
        **shell(everywhere=everywhere, seq=seq),
        "query": {"q": "", "state": "", "category": "", "sort": "name"},
        "views": [
            {"label": "All items", "count": "4", "url": "?", "is_current": True},
            {"label": "Running low", "count": "1", "url": "?state=low", "is_current": False},
        ],
        "chips": [{"field": "Category", "value": "Coffee", "remove_url": "?"}],
        "categories": [{"name": "Coffee", "url": "?category=Coffee", "is_current": True}],
        "rows": [row(item, place) for item in items for place in places],
        "next_url": None,
        "count_label": "4 items",
        "is_filtered": False,
        "empty": "",
        "unmapped": {"count": 4, "url": "/admin/"},
        **changes,
    }


def detail(item: int = 3) -> dict[str, Any]:
    """What the drawer and the page of one item take."""
    lines = [("Counted", "42", False), ("Sold", "\N{MINUS SIGN}12", False), ("On hand", "30", True)]
    return {
        "item": row(item, 1),
        "why": [
            {"label": label, "note": "Sam O.", "value": value, "total": total, "url": "/"}
            for label, value, total in lines
        ],
        "history": [
            {
                "kind_label": "Sale",
                "signed": "\N{MINUS SIGN}2",
                "balance": "30",
                "time_label": "9:12 am",
                "iso": "2026-11-21T09:12:00+11:00",
                "who": "Square, till 2",
                "note": "Late sale, 9:12 am, received 9:41 am",
                "tone": "alert",
                "late": True,
            }
        ],
        "more_url": "/acme/harbour-street/stock/KETL-GN-BLK/",
        "list_url": "/acme/harbour-street/stock/",
    }
