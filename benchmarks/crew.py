"""Two processes that do the same work at the same time, as two workers of the product would."""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from django.db import connections

WORKERS = 2
LONGEST_START = 120.0  # seconds until all are ready

Step = Callable[[], int]  # does some work and says how much


def rate(prepare: Callable[[int], Step], *, seconds: float, workers: int = WORKERS) -> float:
    """How much is done in a second by all together, after one step each to warm up.

    `prepare` is called in each process with its number. A step that does nothing ends its work.
    """
    context = multiprocessing.get_context("fork")  # what was loaded and made so far is there
    connections.close_all()  # a connection cannot be shared
    start = context.Barrier(workers)
    crew = []
    for number in range(workers):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(prepare, number, seconds, start, theirs))
        process.start()
        theirs.close()
        crew.append((process, ours))
    answers = [_answer(ours) for _, ours in crew]
    for process, _ in crew:
        process.join()
    failed = [answer for answer in answers if isinstance(answer, str)]
    if failed:
        raise RuntimeError(f"A worker failed:\n{failed[0]}")
    return sum(answer for answer in answers if isinstance(answer, float))


def _answer(ours: Connection) -> float | str:
    try:
        answer: float | str = ours.recv()
    except EOFError:
        return "it ended without a word"
    return answer


def _work(
    prepare: Callable[[int], Step],
    number: int,
    seconds: float,
    start: Barrier,
    answer: Connection,
) -> None:
    try:
        answer.send(_measured(prepare(number), seconds, start))
    except Exception:
        start.abort()
        answer.send(traceback.format_exc())
    finally:
        connections.close_all()


def _measured(step: Step, seconds: float, start: Barrier) -> float:
    step()
    start.wait(LONGEST_START)
    began = time.perf_counter()
    done = 0
    while (elapsed := time.perf_counter() - began) < seconds:
        some = step()
        if not some:
            break
        done += some
    elapsed = time.perf_counter() - began
    return done / elapsed
