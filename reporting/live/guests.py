"""What live processes ask the database: who may listen, and what they missed.

Every function is one step of its own, called outside any transaction, in a thread of `ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from core import tenancy
from core.models import User
from inventory.queries import feed
from inventory.queries.feed import State
from locations import access, queries
from locations.roles import Permission
from reporting.live.channels import Key

MOST_CHANGES = 5_000  # beyond, fetching the page again is cheaper than replaying

# Connections belong to threads, so as many as there are threads, kept for the life of the process.
THREADS = 4
POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="live-database")

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Claim(NamedTuple):
    """Who a socket said it was when it opened."""

    tenant: UUID
    user: int
    session: str
    proof: str  # what the session holds of the password, which changes with it


class Joined(NamedTuple):
    """A location that may be followed. Without `state` it is too far away: fetch the page again."""

    state: State | None


async def ask(step: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    """Run a step in a thread whose database connection is kept for the next one."""
    run = database_sync_to_async(step, thread_sensitive=False, executor=POOL)
    answer: Answer = await run(*args, **kwargs)
    return answer


def admit(user: User, slug: str) -> UUID | None:
    """The tenant with this slug where the user is a member; None for a stranger, or no tenant."""
    with tenancy.across_tenants("whose socket this is"):
        chains = {tenant.slug: tenant.pk for tenant in queries.chains_of(user)}
    return chains.get(slug)


def join(user: User, tenant: UUID, location: int, after: int | None) -> Joined | None:
    """What to show first of a location; None when the user may not see it or it does not exist."""
    with tenancy.acting_for(tenant):
        if not access.locations_where(user, Permission.VIEW_STOCK).filter(pk=location).exists():
            return None
        if after is None:
            return Joined(feed.snapshot(location))
        return Joined(feed.changes_after(location, after, limit=MOST_CHANGES))


def missed(key: Key, after: int) -> State | None:
    """What changed at a location after `after`; None when that is too much to tell."""
    tenant, location = key
    with tenancy.acting_for(tenant):
        return feed.changes_after(location, after, limit=MOST_CHANGES)


def newest(keys: Collection[Key]) -> dict[Key, int]:
    """The newest change number of each location."""
    found: dict[Key, int] = {}
    for tenant in {tenant for tenant, _ in keys}:
        places = [location for owner, location in keys if owner == tenant]
        with tenancy.acting_for(tenant):
            numbers = feed.streams(places)
        found.update({(tenant, location): seq for location, seq in numbers.items()})
    return found


def allowed(claims: Collection[Claim]) -> Mapping[Claim, frozenset[int]]:
    """The locations each may see now; who is not in the answer is no longer signed in."""
    users = _signed_in(claims)
    seen: dict[tuple[UUID, int], frozenset[int]] = {}
    for tenant in {claim.tenant for claim in users}:
        members = {claim.user: user for claim, user in users.items() if claim.tenant == tenant}
        with tenancy.acting_for(tenant):
            for user in members.values():
                places = access.locations_where(user, Permission.VIEW_STOCK)
                seen[tenant, user.pk] = frozenset(places.values_list("pk", flat=True))
    return {claim: seen[claim.tenant, claim.user] for claim in users}


def _signed_in(claims: Collection[Claim]) -> dict[Claim, User]:
    with tenancy.across_tenants("who still listens"):
        sessions = Session.objects.filter(
            session_key__in={claim.session for claim in claims}, expire_date__gt=timezone.now()
        )
        keys = set(sessions.values_list("session_key", flat=True))
        users = User.objects.in_bulk({claim.user for claim in claims})
    return {
        claim: users[claim.user]
        for claim in claims
        if claim.session in keys and _holds(claim, users.get(claim.user))
    }


def _holds(claim: Claim, user: User | None) -> bool:
    if user is None or not user.is_active:
        return False
    proofs = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(claim.proof, proof) for proof in proofs)
