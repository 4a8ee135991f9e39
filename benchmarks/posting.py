"""Posting: the ledger against pgbench, which posts the least that can be called a ledger.

Three ways in turn, several times over, with hot and with uniform keys; the medians count.
"""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from django.db import connection

from benchmarks import crew, pgbench
from benchmarks.chain import HOT, UNIFORM, Chain
from benchmarks.figures import Figure, median
from benchmarks.scratch import Scratch
from core import tenancy
from inventory.domain import ledger
from inventory.domain.ledger import Draft, Move
from inventory.models.stock import Kind

REPETITIONS = 3
BATCH = 200  # sales, as the worker claims them
DRAWN = 40  # batches drawn before the clock runs, then used in turn with keys of their own
SOLD_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BASELINE, FUNCTION, SINGLE = "baseline", "function", "single"
PER_SALE, PER_LINE = "a posting a sale", "a posting a line"


@dataclass(frozen=True, slots=True)
class Counted:
    """What PostgreSQL has counted of the database so far."""

    deadlocks: int
    updates: int
    hot_updates: int


def measure(chain: Chain, scratch: Scratch, *, seconds: int) -> list[Figure]:
    before = counted(scratch)
    rates = _rates(chain, scratch, seconds=seconds)
    after = counted(scratch)
    of = {way: median(found) for way, found in rates.items()}
    figures = [figure for keys in (HOT, UNIFORM) for figure in _speeds(of, keys)]
    hot, uniform = of[HOT, PER_LINE], of[UNIFORM, PER_LINE]
    return [
        *figures,
        Figure("batches: hot ÷ uniform keys", hot, "sales/s", limit=uniform, at_least=0.9),
        *_statements(chain),
        *_health(scratch, before, after),
    ]


def baseline(chain: Chain, scratch: Scratch, *, keys: str, seconds: int) -> float:
    """Sales a second of pgbench with the least that can be called a ledger."""
    return pgbench.rate(
        keys=f"keys_{keys}.sql",
        sale="baseline_sale.sql",
        address=scratch.owner,
        names=chain.names,
        seconds=seconds,
    )


def counted(scratch: Scratch) -> Counted:
    return Counted(
        *scratch.ask_as_owner(
            "SELECT d.deadlocks, t.n_tup_upd, t.n_tup_hot_upd"
            " FROM pg_stat_database d, pg_stat_user_tables t"
            " WHERE d.datname = current_database() AND t.relname = 'inventory_stocklevel'"
        )
    )


def differences() -> int:
    """How many levels are not the sum of their entries."""
    with tenancy.across_tenants("adding up what was measured"), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM inventory_stocklevel l FULL JOIN (
                SELECT location_id, item_id, sum(quantity) AS moved, count(*) AS moves
                FROM inventory_entry GROUP BY location_id, item_id
            ) e USING (location_id, item_id)
            WHERE l.on_hand IS DISTINCT FROM e.moved OR l.version IS DISTINCT FROM e.moves
            """
        )
        [(found,)] = cursor.fetchall()
    return int(found)


def bytes_an_entry() -> float:
    with tenancy.across_tenants("weighing what was measured"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('inventory_entry')::float8 / sum(seq)"
            " FROM inventory_stream"
        )
        [(size,)] = cursor.fetchall()
    return float(size)


def statements(work: Callable[[], object]) -> int:
    """How many statements the work sends, BEGIN and COMMIT of one transaction among them."""
    sent = itertools.count()

    def count(execute: Callable[..., object], *given: object) -> object:
        next(sent)
        return execute(*given)

    with connection.execute_wrapper(count):
        work()
    return next(sent) + 2


def batch_step(chain: Chain, keys: str, number: int, way: str) -> crew.Step:
    """Posts 200 sales a step; a posting a line, halved, is what the worker does."""
    batches = _batches(chain, keys, number)
    run = uuid.uuid4().hex
    counter = itertools.count()

    def step() -> int:
        sales = next(batches)
        for part in (sales,) if way == PER_SALE else (sales[::2], sales[1::2]):
            drafts = list(_drafts(chain, part, f"{run}:{next(counter)}", way))
            tenancy.retrying(partial(_post, chain, drafts))
        return len(sales)

    return step


def single_step(chain: Chain, keys: str, number: int) -> crew.Step:
    """Posts one sale a step, in a transaction of its own."""
    batches = _batches(chain, keys, number)
    sales = itertools.chain.from_iterable(batches)
    run = uuid.uuid4().hex
    counter = itertools.count()
    actor = chain.person()

    def post() -> None:
        with tenancy.acting_for(chain.tenant):
            ledger.post(
                kind=Kind.SALE,
                moves=next(sales),
                actor=actor,
                effective_at=SOLD_AT,
                key=f"single:{run}:{next(counter)}",
            )

    def step() -> int:
        tenancy.retrying(post)
        return 1

    return step


def _rates(chain: Chain, scratch: Scratch, *, seconds: int) -> dict[tuple[str, str], list[float]]:
    ways: dict[str, Callable[[str], float]] = {
        BASELINE: lambda keys: baseline(chain, scratch, keys=keys, seconds=seconds),
        PER_SALE: lambda keys: crew.rate(
            lambda number: batch_step(chain, keys, number, PER_SALE), seconds=seconds
        ),
        PER_LINE: lambda keys: crew.rate(
            lambda number: batch_step(chain, keys, number, PER_LINE), seconds=seconds
        ),
        SINGLE: lambda keys: crew.rate(
            lambda number: single_step(chain, keys, number), seconds=seconds
        ),
        FUNCTION: lambda keys: _function(chain, scratch, keys=keys, seconds=seconds),
    }
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(REPETITIONS):
        for keys in (HOT, UNIFORM):
            for name, way in ways.items():
                rates[keys, name].append(way(keys))
    return rates


def _function(chain: Chain, scratch: Scratch, *, keys: str, seconds: int) -> float:
    return pgbench.rate(
        keys=f"keys_{keys}.sql",
        sale="function_sale.sql",
        address=scratch.app,
        names=chain.names,
        seconds=seconds,
        options=f"-c role={tenancy.ONE_TENANT} -c app.tenant={chain.tenant}",
    )


def _speeds(of: dict[tuple[str, str], float], keys: str) -> list[Figure]:
    limit = of[keys, BASELINE]
    goal = {HOT: 3.5, UNIFORM: 3.0}[keys]
    return [
        *(
            Figure(
                f"batches of 200, {keys}, {way} ÷ pgbench",
                of[keys, way],
                "sales/s",
                limit=limit,
                at_least=goal,
            )
            for way in (PER_SALE, PER_LINE)
        ),
        Figure(
            f"one sale at a time, {keys} ÷ pgbench with our function",
            of[keys, SINGLE],
            "sales/s",
            limit=of[keys, FUNCTION],
            at_least=0.5,
        ),
        Figure(f"one sale at a time, {keys} ÷ pgbench", of[keys, SINGLE], "sales/s", limit=limit),
    ]


def _statements(chain: Chain) -> Iterator[Figure]:
    one = single_step(chain, UNIFORM, 0)
    many = batch_step(chain, UNIFORM, 0, PER_LINE)
    yield Figure("statements of one sale", statements(one), "statements", at_most=4)
    yield Figure(
        "statements a sale in batches", statements(many) / BATCH, "statements", at_most=0.1
    )


def _health(scratch: Scratch, before: Counted, after: Counted) -> Iterator[Figure]:
    updates = after.updates - before.updates
    hot_share = (after.hot_updates - before.hot_updates) / updates if updates else 1.0
    yield Figure("deadlocks", after.deadlocks - before.deadlocks, "", at_most=0)
    yield Figure("levels that are not the sum of their entries", differences(), "", at_most=0)
    yield Figure("level updates that are HOT", hot_share, "share", at_least=0.95)
    yield Figure("an entry with its indexes", bytes_an_entry(), "bytes", at_most=245)


def _batches(chain: Chain, keys: str, number: int) -> Iterator[list[list[Move]]]:
    sales = list(chain.sales(keys, seed=number, count=DRAWN * BATCH))
    return itertools.cycle([sales[at : at + BATCH] for at in range(0, len(sales), BATCH)])


def _drafts(chain: Chain, sales: Sequence[list[Move]], run: str, way: str) -> Iterator[Draft]:
    for place, moves in enumerate(sales):
        parts = [moves] if way == PER_SALE else [[move] for move in moves]
        for line, part in enumerate(parts):
            yield Draft(
                kind=Kind.SALE,
                key=f"measured:{run}:{place}:{line}",
                moves=part,
                actor=chain.actor,
                effective_at=SOLD_AT,
                source=f"measured:{run}:{place}",
            )


def _post(chain: Chain, drafts: list[Draft]) -> None:
    with tenancy.acting_for(chain.tenant):
        ledger.post_many(drafts)
