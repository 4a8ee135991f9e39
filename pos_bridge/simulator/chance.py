"""Chance that repeats: the same seed gives the same sales, the same faults, the same ids."""

import random
import string
import uuid

ALPHANUMERIC = string.ascii_letters + string.digits


def stream(seed: object, purpose: str) -> random.Random:
    """A source of chance of its own for each purpose, so that one cannot shift another."""
    return random.Random(f"{seed}:{purpose}")  # noqa: S311 -- plays customers, guards nothing


def guid(chance: random.Random) -> str:
    """A random UUID, in the small letters of Toast."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def token(chance: random.Random, length: int) -> str:
    """Letters and digits, as Square writes its ids."""
    return "".join(chance.choices(ALPHANUMERIC, k=length))
