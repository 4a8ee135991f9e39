"""What every endpoint of the API stands on: scopes of tokens, versions of edits, quantities."""

from core.api.quantities import Quantity, plain
from core.api.scopes import ANY, has_scope, require_scope
from core.api.versions import Stale, VersionMissing, require_version

__all__ = [
    "ANY",
    "Quantity",
    "Stale",
    "VersionMissing",
    "has_scope",
    "plain",
    "require_scope",
    "require_version",
]
