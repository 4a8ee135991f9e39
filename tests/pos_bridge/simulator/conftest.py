"""A chain, a clock that stands still, and somebody who receives the webhooks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.simulator.chain import Chain
from pos_bridge.simulator.clock import HandClock
from pos_bridge.simulator.server import Server
from pos_bridge.simulator.simulator import Simulator
from pos_bridge.simulator.wire import Answer, Request

CHAIN_FILE = Path(__file__).parent / "chain.json"


@dataclass
class Receiver:
    """Keeps what is posted to it and answers `status`."""

    status: int = 200
    received: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        self.received.append(request)
        return Answer(self.status)

    def kinds(self) -> list[str]:
        """What kinds of event came, in order."""
        bodies = [request.json() for request in self.received]
        return [body.get("type") or body.get("eventType") for body in bodies]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime(2026, 11, 25, 15, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def chain() -> Chain:
    return Chain.load(CHAIN_FILE)


class Desk:
    """One server for all tests; what comes goes to the receiver of the test at hand."""

    def __init__(self) -> None:
        self.receiver = Receiver()

    def answer(self, request: Request) -> Answer:
        return self.receiver.answer(request)


@pytest.fixture(scope="session")
def desk() -> Iterator[tuple[Desk, str]]:
    desk = Desk()
    server = Server(desk.answer, host="127.0.0.1", port=0)
    server.start()
    yield desk, server.url
    server.stop()


@pytest.fixture
def receiver(desk: tuple[Desk, str]) -> Receiver:
    desk[0].receiver = Receiver()
    return desk[0].receiver


@pytest.fixture
def sim(chain: Chain, clock: HandClock, receiver: Receiver, desk: tuple[Desk, str]) -> Simulator:
    """The simulator, its letters going to `receiver` over real HTTP."""
    return Simulator(chain, clock=clock, seed=7, target=desk[1])


class Caller:
    """Calls a provider's API the way a client would, without a socket."""

    def __init__(self, sim: Simulator, headers: dict[str, str]) -> None:
        self.sim = sim
        self.headers = headers

    def __call__(
        self, method: str, target: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        answer = self.ask(method, target, body, **headers)
        return answer.status, answer.json() if answer.encode() else None

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """The whole answer, headers and all; a header's underscores stand for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else Answer(body=body).encode()
        return self.sim.answer(Request(method, target, {**self.headers, **named}, raw))


@pytest.fixture
def square(sim: Simulator) -> Caller:
    return Caller(sim, {"Authorization": "Bearer EAAA-from-the-console"})


MARKET = "3325cc58-dc6e-4e21-85f9-7de275ffe820"


@pytest.fixture
def toast(sim: Simulator) -> Caller:
    caller = Caller(sim, {"Toast-Restaurant-External-ID": MARKET})
    _, answer = caller(
        "POST",
        "/authentication/v1/authentication/login",
        {
            "clientId": "toast-client",
            "clientSecret": "toast-secret",
            "userAccessType": "TOAST_MACHINE_CLIENT",
        },
    )
    caller.headers["Authorization"] = f"Bearer {answer['token']['accessToken']}"
    return caller


@pytest.fixture
def lightspeed(sim: Simulator) -> Caller:
    return Caller(sim, {"Authorization": "Bearer lsk-access-from-the-console"})
