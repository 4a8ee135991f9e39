"""Whose account runs PostgreSQL: ours, or an unprivileged one, because it refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of this machine that root can become."""

    name: str
    uid: int
    gid: int


class Identity(TypedDict):
    """How `subprocess` is told whose account a program runs in."""

    user: int | None
    group: int | None
    extra_groups: list[str | int] | None


def identity(account: Account | None) -> Identity:
    """The account as words for `subprocess`; None stays who we are."""
    if account is None:
        return Identity(user=None, group=None, extra_groups=None)
    return Identity(user=account.uid, group=account.gid, extra_groups=[])


def unprivileged() -> Account | None:
    """An account that this machine knows and lets us become; None when there is none."""
    accounts = (_find(name) for name in CANDIDATES)
    return next((account for account in accounts if account and may(account, ["/bin/true"])), None)


def owner_of(folder: Path) -> Account | None:
    """The account a folder belongs to; None when it is not there or belongs to root."""
    if not folder.exists() or folder.stat().st_uid == 0:
        return None
    try:
        return _account(pwd.getpwuid(folder.stat().st_uid))
    except KeyError:
        return None


def may(account: Account, argv: Sequence[str]) -> bool:
    """Whether the account can run this program, and the program succeeds."""
    try:
        done = subprocess.run(  # noqa: S603 -- the programs are ours
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd="/",
            **identity(account),
        )
    except OSError:  # the program is out of reach, or a container forbids the change of user
        return False
    return done.returncode == 0


def is_root() -> bool:
    """Whether we are root."""
    return os.geteuid() == 0


def _find(name: str) -> Account | None:
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        return None


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
