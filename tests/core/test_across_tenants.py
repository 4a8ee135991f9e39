"""Who may see all tenants at once, and why: read from the code, so a new caller is a decision."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings

# file → its reasons, as it gives them. A new line here is asked about in review.
CALLERS = {
    "config/admin.py": {"the chains a person may administer"},
    "config/middleware.py": {"whose request this is"},
    "core/domain/audit.py": {"sealing the audit trail"},
    "core/domain/outbox.py": {"relay"},
    "core/domain/people.py": {"people", "sign-in", "token"},
    "core/domain/sessions.py": {"session"},
    "core/views.py": {"readiness", "sign-in"},
    "inventory/domain/verification.py": {"verifying"},
    "locations/domain/people.py": {"whether this person has an account"},
    "locations/domain/tenants.py": {"a new tenant"},
    "pos_bridge/api/webhook_status.py": {"whose figures are asked for"},
    "pos_bridge/domain/connections.py": {
        "events of a merchant nobody knew",
        "what an endpoint kept in quarantine",
        "whose connection this is",
    },
    "pos_bridge/domain/endpoints.py": {"an application's endpoint"},
    "pos_bridge/domain/inbox.py": {
        "claiming events",
        "keeping a provider's answers",
        "putting events back",
        "sweeping the inbox",
    },
    "pos_bridge/domain/quarantine.py": {"what stands in quarantine"},
    "pos_bridge/domain/syncs.py": {
        "connections to poll",
        "sync runs that wait",
        "taking a sync run",
    },
    "pos_bridge/tasks.py": {"orders that wait for links"},
    "reporting/live/guests.py": {"who still listens", "whose socket this is"},
    "reporting/management/commands/seed_demo.py": {
        "is the database empty?",
        "the demonstration's people",
    },
    "reporting/views/home.py": {"a person's own choice", "home"},
}
APPS = ("config", "core", "inventory", "locations", "pos_bridge", "reporting", "suppliers")


def callers():
    found: dict[str, set[str]] = {}
    for app in APPS:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and name_of(node.func) == "across_tenants":
                    place = str(path.relative_to(settings.BASE_DIR))
                    found.setdefault(place, set()).add(reason_of(node))
    return found


def name_of(function):
    return getattr(function, "attr", getattr(function, "id", ""))


def reason_of(call):
    """The words themselves: a reason put together at run time says nothing to a reader."""
    [reason] = call.args
    assert isinstance(reason, ast.Constant), ast.unparse(call)
    return reason.value


def test_all_who_see_every_tenant_are_listed_with_their_reason():
    unlisted = {
        place: reasons - CALLERS.get(place, set())
        for place, reasons in callers().items()
        if reasons - CALLERS.get(place, set())
    }
    assert unlisted == {}


def test_who_no_longer_asks_is_no_longer_listed():
    found = callers()
    gone = {place: reasons - found.get(place, set()) for place, reasons in CALLERS.items()}
    assert {place: reasons for place, reasons in gone.items() if reasons} == {}


def test_roles_are_set_in_one_place():
    """`set_config('role'` and SET ROLE stand in core/tenancy.py alone."""
    setters = {
        str(path.relative_to(settings.BASE_DIR))
        for app in APPS
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
        if "migrations" not in path.parts
        and any(
            words in path.read_text() for words in ("set_config('role'", "SET ROLE", "LOCAL ROLE")
        )
    }
    assert setters == {"core/tenancy.py"}
