"""What we say when something cannot start."""

from __future__ import annotations


class CannotStart(Exception):
    """One sentence for the person who started us: what is wrong and what to do."""
