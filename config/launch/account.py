"""Whose account runs PostgreSQL: ours, or an unprivileged one, because it refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of this machine that root can become."""

    name: str
    uid: int
    gid: int


def unprivileged() -> Account | None:
    """An account that this machine knows and lets us become; None when there is none."""
    accounts = (_find(name) for name in CANDIDATES)
    return next((account for account in accounts if account and may(account, ["/bin/true"])), None)


def may(account: Account, argv: Sequence[str]) -> bool:
    """Whether the account can run this program, and the program succeeds."""
    try:
        done = subprocess.run(  # noqa: S603 -- the programs are ours
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
    except OSError:  # the program is out of reach, or a container forbids the change of user
        return False
    return done.returncode == 0


def is_root() -> bool:
    """Whether we are root."""
    return os.geteuid() == 0


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)
