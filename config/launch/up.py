"""Everything, until Ctrl-C: servers, migrations, demonstration, and the parts of the product.

python manage.py up [--no-demo] [--port 8000] [--live-port 8001] [--data DIR]
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from config.launch import data_folder, parts, ports, run_file, servers, sockets
from config.launch.output import Output
from config.launch.process import Part
from config.launch.refusal import CannotStart
from config.launch.supervisor import Stopped, Supervisor

# Who rings and who asks go first; the worker finishes what it does; the servers outlive them all.
STOP_ORDER = (["beat", "web", "live", "simulator"], ["worker"], ["redis"], ["postgres"])


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the person who starts us can choose."""

    data: Path
    host: str
    port: int
    live_port: int
    simulator_port: int
    demo: bool


def main(argv: Sequence[str]) -> int:
    """Run everything until we are asked to stop; 1 when it cannot start or falls for good."""
    options = _options(argv)
    try:
        with (
            data_folder.hold(options.data),
            closing(ports.listen(options.host, options.port, variable="PORT")) as web,
            closing(ports.listen(options.host, options.live_port, variable="LIVE_PORT")) as live,
        ):
            if options.demo:
                ports.require_free(parts.LOCAL, options.simulator_port, variable="SIMULATOR_PORT")
            return _run(options, web, live)
    except CannotStart as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except (Stopped, KeyboardInterrupt):
        return 0


def _options(argv: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add(
        "--demo",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="load the demonstration into an empty database, and play its tills",
    )
    add("--host", default=parts.LOCAL, help="the address to listen on (%(default)s)")
    add("--port", type=int, default=8000, help="of pages, API and webhooks (%(default)s)")
    add("--live-port", type=int, default=8001, help="of the sockets of pages (%(default)s)")
    add("--simulator-port", type=int, default=8020, help="of the simulated tills (%(default)s)")
    add(
        "--data", type=Path, default=data_folder.path(), help="the folder of all data (%(default)s)"
    )
    return Options(**vars(parser.parse_args(argv)))


def _run(options: Options, web: socket, live: socket) -> int:
    _clear_after_kill(options.data)
    owner = servers.postgres_account(options.data)
    place = sockets.make_folder(owner)
    output = Output(sys.stdout)
    try:
        started = servers.parts(folder=options.data, place=place, owner=owner)
        addresses = servers.addresses(started) | _own_addresses(options, web, live)

        def note(pids: dict[str, int]) -> None:
            head = {"launcher": os.getpid(), "sockets": str(place), "pids": pids}
            run_file.write(head | addresses, options.data)

        with Supervisor(output=output, stop_order=STOP_ORDER, on_change=note) as supervisor:
            for server in started:
                supervisor.start(server)
            env = _environment(options, addresses)
            _prepare(supervisor, options, env)
            supervisor.start(*_product(options, web, live, env))
            output.say(_welcome(options, addresses))
            status = supervisor.watch()
            output.say("Stopping.")
        return status
    finally:
        run_file.remove(options.data)
        sockets.remove_folder(place)


def _clear_after_kill(folder: Path) -> None:
    """Remove the sockets that a killed launcher left."""
    left = run_file.read_left(folder)
    if left and "sockets" in left:
        sockets.remove_folder(Path(left["sockets"]))
    run_file.remove(folder)


def _own_addresses(options: Options, web: socket, live: socket) -> dict[str, str]:
    host = parts.LOCAL if options.host == "0.0.0.0" else options.host  # noqa: S104 -- compared only
    found = {
        "WEB_URL": f"http://{host}:{ports.number(web)}",
        "LIVE_URL": f"ws://{host}:{ports.number(live)}",
    }
    if options.demo:
        found["SIMULATOR_URL"] = f"http://{parts.LOCAL}:{options.simulator_port}"
    return found


def _environment(options: Options, addresses: dict[str, str]) -> dict[str, str]:
    """What the parts find in their environment; what we were given ourselves goes before."""
    found = {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "WEBHOOK_BASE_URL": addresses["WEB_URL"],
        "LIVE_ORIGINS": ",".join(_origins(addresses["WEB_URL"])),
    }
    always = {"STOREROOM_DATA": str(options.data), "PYTHONUNBUFFERED": "1"}
    return found | os.environ | addresses | always


def _origins(web_url: str) -> list[str]:
    """This machine has two names, and people type either."""
    return list(dict.fromkeys([web_url, web_url.replace(parts.LOCAL, "localhost")]))


def _prepare(supervisor: Supervisor, options: Options, env: dict[str, str]) -> None:
    """Bring the tables up to date as their owner, and fill an empty database."""
    as_owner = env | {"DATABASE_URL": env["MIGRATE_DATABASE_URL"]}
    supervisor.run(parts.manage("migrate", "migrate", "--noinput", "-v", "0", env=as_owner))
    if options.demo:
        supervisor.run(parts.manage("seed", "seed_demo", "--if-empty", env=env))


def _product(options: Options, web: socket, live: socket, env: dict[str, str]) -> list[Part]:
    folder = options.data
    product = [
        parts.web(web, env=env),
        parts.live(live, env=env),
        parts.worker(folder=folder, env=env),
        parts.beat(folder=folder, env=env),
    ]
    chain = folder / "chain.json"
    if options.demo and chain.exists():
        port, target = options.simulator_port, env["WEB_URL"]
        product.append(parts.simulator(port=port, target=target, chain=chain, env=env))
    return product


def _welcome(options: Options, addresses: dict[str, str]) -> str:
    sign_ins = options.data / "sign-ins.txt"
    known = f"\n{sign_ins.read_text().rstrip()}" if sign_ins.exists() else ""
    return f"\nStoreroom is ready: {addresses['WEB_URL']} (Ctrl-C stops it){known}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
