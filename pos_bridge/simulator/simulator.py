"""The simulator as a library: three providers, one server, one mailbag.

with Simulator(chain, clock=HandClock(start), target=server.url) as sim:
    order_id = sim.square.sell("L1", [("latte", 2)])
    sim.deliver()                      # posts what is due, tells what was answered
    sim.units("square", "L1", "latte")  # what should be gone from the shelf
"""

from collections.abc import Mapping
from decimal import Decimal
from types import ModuleType, TracebackType
from typing import Any, Self

from pos_bridge.simulator import chance, control
from pos_bridge.simulator.chain import Chain
from pos_bridge.simulator.clock import Clock, WallClock, rfc3339
from pos_bridge.simulator.faults import Faults
from pos_bridge.simulator.lightspeed import api as lightspeed_api
from pos_bridge.simulator.lightspeed.till import LightspeedTill
from pos_bridge.simulator.mail import Carrier, Delivery, Mailbag, post
from pos_bridge.simulator.server import Server
from pos_bridge.simulator.square import api as square_api
from pos_bridge.simulator.square.till import SquareTill
from pos_bridge.simulator.till import Till
from pos_bridge.simulator.toast import api as toast_api
from pos_bridge.simulator.toast.till import ToastTill
from pos_bridge.simulator.trade import Trade
from pos_bridge.simulator.wire import Answer, Refusal, Request, find
from pos_bridge.simulator.world import Outage, World

_APIS: dict[str, ModuleType] = {
    "square": square_api,
    "toast": toast_api,
    "lightspeed": lightspeed_api,
}
#: Seconds a client is told to stay away after a 429.
RETRY_AFTER = "2"


class NotPlayed(LookupError):
    """The chain has no account at this provider."""


class Simulator:
    """Plays the providers of a chain. Usable without its server: `answer` takes a call directly.

    `carry` posts the webhooks; tests may hand in their own. `limits` enforces the rate limits the
    providers publish, which a clock that stands still would run into at once. The same chain,
    seed, clock and calls give the same orders, ids and letters.
    """

    def __init__(
        self,
        chain: Chain,
        *,
        clock: Clock | None = None,
        seed: object = 0,
        faults: Faults | None = None,
        target: str = "http://127.0.0.1:8000",
        time_scale: float = 1.0,
        keep: int = 8_000,
        limits: bool = False,
        carry: Carrier = post,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        clock = clock or WallClock()
        # Two runs with one seed must not give two sales one id, so the start is part of it.
        run = f"{seed}:{rfc3339(clock.now())}"
        self.faults = faults or Faults()
        mail = Mailbag(
            clock=clock,
            faults=self.faults,
            chance=chance.stream(run, "mail"),
            target=target.rstrip("/"),
            carry=carry,
            time_scale=time_scale,
        )
        self.world = World(
            clock=clock, seed=run, faults=self.faults, mail=mail, keep=keep, has_limits=limits
        )
        self.chain = chain
        self.tills: dict[str, Till[Any]] = _open_tills(chain, self.world)
        self.trade = Trade(self.tills, self.world)
        self._answer_chance = chance.stream(run, "answers")
        self._address = (host, port)
        self._server: Server | None = None

    @property
    def square(self) -> SquareTill:
        """Square's tills. Raises NotPlayed."""
        till = self.till("square")
        assert isinstance(till, SquareTill)  # noqa: S101 -- by construction, for the type checker
        return till

    @property
    def toast(self) -> ToastTill:
        """Toast's tills. Raises NotPlayed."""
        till = self.till("toast")
        assert isinstance(till, ToastTill)  # noqa: S101 -- by construction, for the type checker
        return till

    @property
    def lightspeed(self) -> LightspeedTill:
        """The K-Series tills. Raises NotPlayed."""
        till = self.till("lightspeed")
        assert isinstance(till, LightspeedTill)  # noqa: S101 -- by construction, for the checker
        return till

    def till(self, provider: str) -> Till[Any]:
        """The tills of a provider by name. Raises NotPlayed."""
        try:
            return self.tills[provider]
        except KeyError:
            raise NotPlayed(provider) from None

    @property
    def url(self) -> str:
        """Where the server listens; a client takes this as its base URL."""
        if self._server is None:
            raise RuntimeError("the server is not running")
        return self._server.url

    def start(self) -> None:
        """Listen on 127.0.0.1 (port 0 takes any free port)."""
        host, port = self._address
        self._server = Server(self.answer, host=host, port=port)
        self._server.start()

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def deliver(self, provider: str | None = None) -> list[Delivery]:
        """Post the webhooks that are due now and tell what came of each."""
        return self.world.mail.deliver(provider)

    def units(self, provider: str, location: str, item: str, kind: str = "item") -> Decimal:
        """Net units by id or SKU: sold after edits and voids, less what was restocked."""
        ware = self.till(provider).account.ware(item)
        return self.world.tally.units(provider, location, ware.id, kind)

    def begin_outage(self, provider: str, *, seconds: float, hang_up: bool = False) -> None:
        """Take a provider down: 503 with a page of HTML, or connections closed without a word."""
        self.till(provider)
        mode: Outage = "hang_up" if hang_up else "error"
        self.world.begin_outage(provider, seconds=seconds, mode=mode)

    def state(self) -> Mapping[str, Any]:
        """What the control endpoint tells: the truth, and what became of the letters."""
        return control.state(self)

    def answer(self, request: Request) -> Answer:
        """Answer one call to a provider's API or to the control endpoints."""
        if request.path.startswith("/_sim/"):
            return self._control(request)
        for provider, till in self.tills.items():
            if _APIS[provider].serves(request.path):
                return self._call(provider, till, request)
        return Answer(404, {"detail": "nobody here has this address"})

    def _call(self, provider: str, till: Till[Any], request: Request) -> Answer:
        api = _APIS[provider]
        with self.world.lock:
            try:
                if trouble := self._trouble(provider):
                    return trouble
                # Encoded under the lock: the documents go on changing.
                answer: Answer = api.answer(till, request)
                return Answer(answer.status, answer.encode(), answer.headers)
            except Refusal as refusal:
                refused: Answer = api.refuse(refusal)
                return refused

    def _trouble(self, provider: str) -> Answer | None:
        if mode := self.world.outage(provider):
            page = "<html><body>Service temporarily unavailable</body></html>"
            return Answer(503, page, hang_up=mode == "hang_up")
        if self.faults.strikes("429", provider, self._answer_chance):
            raise Refusal(429, "Too many requests.", Retry_After=RETRY_AFTER)
        if self.faults.strikes("500", provider, self._answer_chance):
            raise Refusal(500, "Something went wrong on our side.")
        return None

    def _control(self, request: Request) -> Answer:
        found = find(control.ROUTES, request)
        if found is None:
            return Answer(404, {"detail": "no such control"})
        route, parts = found
        try:
            return route.handler(self, request, **parts)
        except Refusal as refusal:
            return Answer(refusal.status, {"detail": refusal.detail})


def _open_tills(chain: Chain, world: World) -> dict[str, Till[Any]]:
    tills: dict[str, Till[Any]] = {}
    if chain.square:
        tills["square"] = SquareTill(chain.square, world)
    if chain.toast:
        tills["toast"] = ToastTill(chain.toast, world)
    if chain.lightspeed:
        tills["lightspeed"] = LightspeedTill(chain.lightspeed, world)
    return tills
