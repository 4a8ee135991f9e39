"""The control endpoints under /_sim/: ask for the truth, ring up, break things on purpose."""

from typing import TYPE_CHECKING, Any

from pos_bridge.simulator import basket
from pos_bridge.simulator.basket import UnreadableBasket
from pos_bridge.simulator.chain import UnknownWare
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.faults import UnknownFault
from pos_bridge.simulator.till import NotPossible, Till, UnknownOrder, UnknownPlace
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route

if TYPE_CHECKING:
    from pos_bridge.simulator.simulator import Simulator


def state(sim: "Simulator") -> Json:
    """Totals sold per provider, location and item, and what became of sales and letters."""
    with sim.world.lock:
        return {
            "now": rfc3339(sim.world.clock.now()),
            "paused": sim.trade.is_paused,
            "faults": sim.faults.rates,
            "providers": {name: _provider(sim, till) for name, till in sim.tills.items()},
            "items": [_named(sim, row) for row in sim.world.tally.rows()],
        }


def _provider(sim: "Simulator", till: Till[Any]) -> Json:
    tally, mail = sim.world.tally, sim.world.mail
    ends_at = sim.world.outage_ends_at(till.name)
    return {
        "happenings": {
            w: n for (who, w), n in sorted(tally.happenings.items()) if who == till.name
        },
        "letters": {
            **{what: n for (who, what), n in sorted(mail.counts.items()) if who == till.name},
            "waiting": mail.waiting(till.name),
        },
        "orders_kept": len(till.orders),
        "offline": till.offline_places(),
        "waiting_offline": till.waiting_offline(),
        "outage_until": rfc3339(ends_at) if ends_at else None,
    }


def _named(sim: "Simulator", row: dict[str, str]) -> dict[str, str]:
    """A row of the tally with the SKU, which is the name other systems know."""
    return {**row, "sku": sim.tills[row["provider"]].account.ware(row["item"]).sku}


def _state(sim: "Simulator", request: Request) -> Answer:
    return Answer(body=state(sim))


def _act(sim: "Simulator", request: Request, action: str) -> Answer:
    asked = request.object()
    till = _till(sim, asked)
    try:
        return Answer(body=_ACTIONS[action](till, asked))
    except KeyError as error:
        if isinstance(error, UnknownOrder | UnknownPlace | UnknownWare):
            raise Refusal(404, f"{type(error).__name__}: {error}") from error
        raise Refusal(400, f"missing or unknown: {error}") from error
    except NotPossible as error:
        raise Refusal(409, str(error)) from error
    except UnreadableBasket as error:
        raise Refusal(400, str(error)) from error


def _sell(till: Till[Any], asked: Json) -> Json:
    return {"order": till.sell(str(asked["location"]), basket.read_json(asked["lines"]))}


def _edit(till: Till[Any], asked: Json) -> Json:
    till.edit(str(asked["order"]), basket.read_json(asked["lines"]))
    return {"order": asked["order"]}


def _void(till: Till[Any], asked: Json) -> Json:
    till.void(str(asked["order"]))
    return {"order": asked["order"]}


def _refund(till: Till[Any], asked: Json) -> Json:
    lines = basket.read_json(asked["lines"]) if asked.get("lines") else None
    named = {name: bool(asked[name]) for name in ("itemised", "restock") if name in asked}
    return {"refund": till.refund(str(asked["order"]), lines, **named)}


def _offline(till: Till[Any], asked: Json) -> Json:
    if asked.get("offline", True):
        till.go_offline(str(asked["location"]))
        return {"arrived": 0}
    return {"arrived": till.come_online(str(asked["location"]))}


_ACTIONS = {"sell": _sell, "edit": _edit, "void": _void, "refund": _refund, "offline": _offline}


def _faults(sim: "Simulator", request: Request) -> Answer:
    """`{"rates": {"duplicate": 0.1}, "next": {"429": 3}, "provider": "square"}`."""
    asked = request.object()
    try:
        sim.faults.set_rates({name: float(rate) for name, rate in asked.get("rates", {}).items()})
        for name, times in asked.get("next", {}).items():
            sim.faults.order(name, times=int(times), provider=asked.get("provider"))
    except (UnknownFault, TypeError, ValueError, AttributeError) as error:
        raise Refusal(400, str(error)) from error
    return Answer(body={"rates": sim.faults.rates})


def _outage(sim: "Simulator", request: Request) -> Answer:
    asked = request.object()
    till = _till(sim, asked)
    try:
        seconds = float(asked.get("seconds", 60))
    except (TypeError, ValueError):
        raise Refusal(400, "seconds is not a number") from None
    sim.begin_outage(till.name, seconds=seconds, hang_up=asked.get("mode") == "hang_up")
    return Answer(body=_provider(sim, till))


def _pause(sim: "Simulator", request: Request) -> Answer:
    sim.trade.is_paused = bool(request.object().get("paused", True))
    return Answer(body={"paused": sim.trade.is_paused})


def _till(sim: "Simulator", asked: Json) -> Till[Any]:
    try:
        return sim.tills[str(asked.get("provider"))]
    except KeyError:
        raise Refusal(404, f"provider is one of {', '.join(sim.tills)}") from None


def _route(action: str) -> Route:
    def handle(sim: "Simulator", request: Request) -> Answer:
        return _act(sim, request, action)

    return Route("POST", f"/_sim/{action}", handle)


ROUTES = (
    Route("GET", "/_sim/state", _state),
    *(_route(action) for action in _ACTIONS),
    Route("POST", "/_sim/faults", _faults),
    Route("POST", "/_sim/outage", _outage),
    Route("POST", "/_sim/pause", _pause),
)
