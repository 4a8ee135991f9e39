"""Roles are code: which role may do what.

Rights are held on locations; a few on the whole chain.
"""

from __future__ import annotations

from django.db import models


class Permission(models.TextChoices):
    """What may be done at a location."""

    VIEW_STOCK = "view_stock", "see stock and its history"
    SEE_COSTS = "see_costs", "see costs and margins"
    ADJUST_STOCK = "adjust_stock", "adjust stock"
    OVERRIDE_STOCK = "override_stock", "take stock below zero with a reason"
    COUNT_STOCK = "count_stock", "count stock"
    TRANSFER_STOCK = "transfer_stock", "send and receive transfers"
    ORDER_STOCK = "order_stock", "order from suppliers"
    RUN_LOCATION = "run_location", "change the location's settings"


class TenantPermission(models.TextChoices):
    """What may be done for the whole chain."""

    MANAGE_PEOPLE = "manage_people", "grant and revoke access"
    MANAGE_LOCATIONS = "manage_locations", "open and close locations"
    MANAGE_CATALOGUE = "manage_catalogue", "change products and items"
    MANAGE_CONNECTIONS = "manage_connections", "connect tills"
    VIEW_CONNECTIONS = "view_connections", "see how the tills are doing"
    VIEW_AUDIT = "view_audit", "read the audit trail"
    OPEN_ADMIN = "open_admin", "open the admin site"


class Role(models.TextChoices):
    OWNER = "OWNER", "owner"
    ADMIN = "ADMIN", "administrator"
    MANAGER = "MANAGER", "store manager"
    WAREHOUSE = "WAREHOUSE", "warehouse staff"
    AUDITOR = "AUDITOR", "auditor"
    INTEGRATOR = "INTEGRATOR", "integrator"
    TILL = "TILL", "till"


P, T = Permission, TenantPermission

AT_LOCATION: dict[str, frozenset[Permission]] = {
    Role.OWNER: frozenset(P),
    Role.ADMIN: frozenset(P),
    Role.MANAGER: frozenset(P) - {P.OVERRIDE_STOCK},
    Role.WAREHOUSE: frozenset({P.VIEW_STOCK, P.COUNT_STOCK, P.TRANSFER_STOCK}),
    Role.AUDITOR: frozenset({P.VIEW_STOCK, P.SEE_COSTS}),
    Role.INTEGRATOR: frozenset(P) - {P.OVERRIDE_STOCK, P.RUN_LOCATION},
    Role.TILL: frozenset({P.VIEW_STOCK}),
}

FOR_TENANT: dict[str, frozenset[TenantPermission]] = {
    Role.OWNER: frozenset(T),
    Role.ADMIN: frozenset(T),
    Role.MANAGER: frozenset({T.VIEW_CONNECTIONS}),
    Role.WAREHOUSE: frozenset(),
    Role.AUDITOR: frozenset({T.VIEW_CONNECTIONS, T.VIEW_AUDIT}),
    Role.INTEGRATOR: frozenset({T.MANAGE_CONNECTIONS, T.VIEW_CONNECTIONS, T.MANAGE_CATALOGUE}),
    Role.TILL: frozenset(),
}
