"""The simulator as a program: sells in real time until it is told to stop."""

import argparse
import random
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from pos_bridge.simulator.chain import Chain, UnreadableChain
from pos_bridge.simulator.faults import Faults, UnknownFault
from pos_bridge.simulator.simulator import Simulator

#: How often a mail carrier looks for letters that are due.
_ROUND_SECONDS = 0.05


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT; the exit status is 0, or 1 with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        simulator = _build(options)
        simulator.start()
    except (UnreadableChain, UnknownFault, OSError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 1
    sys.stdout.write(f"simulator ready on {simulator.url}\n")
    sys.stdout.flush()
    run(simulator, rate=options.rate, stop=stop)
    return 0


def run(simulator: Simulator, *, rate: float, stop: threading.Event) -> None:
    """Sell about `rate` times a second and carry the mail until `stop` is set."""
    for provider in simulator.tills:
        # One carrier each: a receiver that is slow for one provider delays no other.
        threading.Thread(target=_carry, args=(simulator, provider, stop), daemon=True).start()
    chance = random.Random()  # noqa: S311 -- spaces out customers
    while not stop.wait(chance.expovariate(rate * simulator.trade.pace()) if rate > 0 else 1.0):
        if rate > 0:
            simulator.trade.step()
    simulator.stop()


def _carry(simulator: Simulator, provider: str, stop: threading.Event) -> None:
    while not stop.wait(_ROUND_SECONDS):
        simulator.deliver(provider)


def _build(options: argparse.Namespace) -> Simulator:
    return Simulator(
        Chain.load(options.chain),
        seed=options.seed if options.seed is not None else secrets.token_hex(8),
        faults=Faults.parse(options.faults),
        target=options.target,
        time_scale=options.time_scale,
        keep=options.keep,
        limits=True,
        host=options.host,
        port=options.port,
    )


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} is no http address")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pos_bridge.simulator",
        description="Plays Square, Toast and Lightspeed K-Series: their APIs and their webhooks.",
    )
    parser.add_argument("--chain", type=Path, required=True, help="the chain file to play")
    parser.add_argument(
        "--target", type=_url, default="http://127.0.0.1:8000", help="where webhooks go"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8020, help="port to listen on; 0 takes any")
    parser.add_argument("--rate", type=float, default=1.0, help="sales a second on average")
    parser.add_argument("--faults", default="", help="rates, as duplicate=0.02,429=0.01")
    parser.add_argument("--seed", help="repeat the same customers and the same faults")
    parser.add_argument(
        "--time-scale", type=float, default=1.0, help="divides retry waits, delays and outages"
    )
    parser.add_argument("--keep", type=int, default=8_000, help="orders remembered per provider")
    return parser
