"""Square's inventory: reading counts and changes, and writing counts and adjustments."""

import hashlib
import json
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from pos_bridge.simulator import chance
from pos_bridge.simulator.chain import UnknownWare
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.square.order_api import moment
from pos_bridge.simulator.square.paging import page
from pos_bridge.simulator.square.stock import OLDEST_CHANGE
from pos_bridge.simulator.square.till import SquareTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, whole

#: From this API version on, transfers are adjustments between two locations.
TWO_LOCATIONS_SINCE = "2026-07-15"
_MOST_CHANGES = 100
_LONGEST_KEY = 128
_LONGEST_QUANTITY = 26
_MOST_DECIMALS = 5


def _retrieve_counts(till: SquareTill, request: Request) -> Answer:
    asked = request.object()
    since = asked.get("updated_after")
    rows = [
        (rfc3339(at), "/".join((c["catalog_object_id"], c["location_id"], c["state"])), c)
        for at, c in till.stock.counts()
        if _is_wanted(c, asked, ("catalog_object_id", "location_id", "state"))
        and (not since or at > moment(since))
    ]
    return _answer("counts", rows, asked, descending=True)


def _retrieve_changes(till: SquareTill, request: Request) -> Answer:
    asked = request.object()
    since = asked.get("updated_after")
    rows = []
    for at, change in till.stock.changes:
        what = change[change["type"].lower()]
        place = what.get("location_id") or what["to_location_id"]
        if _is_wanted({**what, "location_id": place}, asked, ("catalog_object_id", "location_id")):
            kept = not asked.get("types") or change["type"] in asked["types"]
            if kept and (not since or at > moment(since)):
                rows.append((rfc3339(at), what["id"], change))
    return _answer("changes", rows, asked)


def _is_wanted(row: Json, asked: Json, names: tuple[str, ...]) -> bool:
    return all(not asked.get(f"{n}s") or row[n] in asked[f"{n}s"] for n in names)


def _answer(
    name: str, rows: list[tuple[str, str, Json]], asked: Json, *, descending: bool = False
) -> Answer:
    query = {key: value for key, value in asked.items() if key not in ("cursor", "limit")}
    shown, cursor = page(
        rows,
        query=query,
        cursor=asked.get("cursor"),
        limit=whole(asked.get("limit"), name="limit", default=1000, least=1, most=1000),
        descending=descending,
    )
    return Answer(body={name: shown, "errors": [], **({"cursor": cursor} if cursor else {})})


def _create_changes(till: SquareTill, request: Request) -> Answer:
    asked = request.object()
    key = asked.get("idempotency_key")
    if not isinstance(key, str) or not 1 <= len(key) <= _LONGEST_KEY:
        raise Refusal(400, "idempotency_key takes 1 to 128 characters.")
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    if key in till.written:
        former, body = till.written[key]
        if former != digest:
            raise Refusal(400, "The key was used with another body.", code="IDEMPOTENCY_KEY_REUSED")
        return Answer(body=body)
    body = {"counts": _apply(till, asked, request.header("Square-Version")), "errors": []}
    till.remember_write(key, digest, body)
    return Answer(body=body)


def _apply(till: SquareTill, asked: Json, version: str) -> list[Json]:
    changes = asked.get("changes")
    if not isinstance(changes, list) or not 1 <= len(changes) <= _MOST_CHANGES:
        raise Refusal(400, f"changes takes 1 to {_MOST_CHANGES} changes.")
    read = [_read(till, change, version) for change in changes]
    ignore_unchanged = bool(asked.get("ignore_unchanged_counts", True))
    touched: dict[tuple[str, str, str], None] = {}
    for kind, what in read:
        if kind == "PHYSICAL_COUNT":
            touched.update(_count(till, what, ignore_unchanged=ignore_unchanged))
        else:
            touched.update(_adjust(till, what))
    till.tell_counts([(item, place) for item, place, state in touched if state == "IN_STOCK"])
    return [till.stock.shown(*key) for key in touched]


def _read(till: SquareTill, change: Any, version: str) -> tuple[str, Json]:
    """A change that may be applied. Raises Refusal, so a bad one spoils the whole batch."""
    kind = change.get("type") if isinstance(change, dict) else None
    has_two = not version or version >= TWO_LOCATIONS_SINCE
    if kind not in ("PHYSICAL_COUNT", "ADJUSTMENT"):
        raise Refusal(400, f"Unknown change type {kind}.", code="INVALID_ENUM_VALUE")
    what = dict(change.get(kind.lower()) or {})
    if kind == "ADJUSTMENT":
        _check_locations(what, has_two=has_two)
        if not has_two:
            place = what.pop("location_id")
            what.update(from_location_id=place, to_location_id=place)
    places = {what.get(n) for n in ("location_id", "from_location_id", "to_location_id")} - {None}
    if not places or not places <= set(till.places):
        raise Refusal(404, "Location not found.")
    try:
        till.account.ware(str(what.get("catalog_object_id")))
    except UnknownWare:
        raise Refusal(404, "Catalog object not found.") from None
    what["quantity"] = _quantity(what.get("quantity"))
    what["occurred_at"] = _occurred_at(till, what.get("occurred_at"))
    return kind, what


def _check_locations(what: Json, *, has_two: bool) -> None:
    two = {"from_location_id", "to_location_id"} & set(what)
    if has_two and ("location_id" in what or len(two) != 2):  # noqa: PLR2004 -- from and to
        raise Refusal(400, "An adjustment names from_location_id and to_location_id.")
    if not has_two and (two or "location_id" not in what):
        raise Refusal(400, "An adjustment of this version names location_id.")


def _quantity(value: Any) -> Decimal:
    try:
        quantity = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        quantity = None
    if quantity is None or not quantity.is_finite() or len(value) > _LONGEST_QUANTITY:
        raise Refusal(400, "quantity is a decimal string of at most 26 characters.")
    exponent = quantity.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _MOST_DECIMALS:
        raise Refusal(400, "quantity has at most 5 decimals.")
    return quantity


def _occurred_at(till: SquareTill, value: Any) -> datetime:
    at = moment(value)
    now = till.world.clock.now()
    if at > now + timedelta(seconds=1):
        raise Refusal(400, "occurred_at lies in the future.", code="INVALID_TIME")
    if at < now - OLDEST_CHANGE:
        raise Refusal(400, "occurred_at is older than 24 hours.", code="INVALID_TIME")
    return at


def _count(
    till: SquareTill, what: Json, *, ignore_unchanged: bool
) -> dict[tuple[str, str, str], None]:
    key = (what["catalog_object_id"], what["location_id"], what.get("state", "IN_STOCK"))
    shelf = till.stock.shelf(*key)
    if ignore_unchanged and shelf.calculated_at and shelf.quantity == what["quantity"]:
        return {}
    at = till.world.clock.now()
    shelf.count(what["quantity"], occurred_at=what["occurred_at"], at=at)
    _record(till, "PHYSICAL_COUNT", what, at)
    return {key: None}


def _adjust(till: SquareTill, what: Json) -> dict[tuple[str, str, str], None]:
    at = till.world.clock.now()
    touched: dict[tuple[str, str, str], None] = {}
    ends = (
        (what["from_state"], what["from_location_id"], -what["quantity"]),
        (what["to_state"], what["to_location_id"], what["quantity"]),
    )
    for state, place, by in ends:
        if state not in ("NONE", "SOLD"):
            key = (what["catalog_object_id"], place, state)
            till.stock.shelf(*key).adjust(by, occurred_at=what["occurred_at"], at=at)
            touched[key] = None
    _record(till, "ADJUSTMENT", what, at)
    return touched


def _record(till: SquareTill, kind: str, what: Json, at: datetime) -> None:
    shown = {
        **what,
        "id": chance.token(till.ids, 24).upper(),
        "catalog_object_type": "ITEM_VARIATION",
        "quantity": format(what["quantity"], "f"),
        "occurred_at": rfc3339(what["occurred_at"]),
        "created_at": rfc3339(at),
        "source": {"product": "EXTERNAL_API", "application_id": till.account.client_id},
    }
    till.stock.record({"type": kind, kind.lower(): shown}, at=at)


ROUTES = (
    Route("POST", "/v2/inventory/counts/batch-retrieve", _retrieve_counts),
    Route("POST", "/v2/inventory/changes/batch-retrieve", _retrieve_changes),
    Route("POST", "/v2/inventory/changes/batch-create", _create_changes),
)
