"""Migration steps that put tables under row-level security.

Each lists its models, so that a table without a policy is a table nobody listed, and a test finds it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation

TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
SEEN_BY_SYSTEM = (
    "CREATE POLICY system_sees_all ON {table} TO storeroom_system USING (true) WITH CHECK (true)"
)


class RowSecurity(Operation):
    """Turns row-level security on for the named models. Subclasses say who sees and who writes."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, *names: str) -> None:
        self.names = names

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return (self.__class__.__name__, list(self.names), {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for name in self.names:
            model = to_state.apps.get_model(app_label, name)
            table = schema_editor.quote_name(model._meta.db_table)
            for statement in self.statements(model):
                schema_editor.execute(statement.format(table=table), params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Dropping the table drops its policies."""

    def statements(self, model: Any) -> list[str]:
        return [
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            SEEN_BY_SYSTEM,
        ]

    def describe(self) -> str:
        return f"Put {', '.join(self.names)} under row-level security"


class TenantRows(RowSecurity):
    """Rows of one tenant: seen and changed by it, and held by composite keys to its own parents."""

    grants = "SELECT, INSERT, UPDATE, DELETE"

    def statements(self, model: Any) -> list[str]:
        column = "id" if model._meta.model_name == "tenant" else "tenant_id"
        return [
            *super().statements(model),
            (
                f"CREATE POLICY tenant_sees_own ON {{table}} TO storeroom_tenant"
                f" USING ({column} = {TENANT}) WITH CHECK ({column} = {TENANT})"
            ),
            f"GRANT {self.grants} ON {{table}} TO storeroom_tenant, storeroom_system",
            *self._composite_keys(model),
        ]

    def _composite_keys(self, model: Any) -> list[str]:
        """A row's tenant equals its parents' tenant, said to the database."""
        table = model._meta.db_table
        made = []
        if model._meta.pk.name == "id" and column_of_tenant(model):
            made.append(
                f"ALTER TABLE {{table}} ADD CONSTRAINT {short(table, 'tenant_key')} UNIQUE (tenant_id, id)"
            )
        for field in model._meta.local_fields:
            target = field.related_model
            if not isinstance(field, models.ForeignKey) or not column_of_tenant(target):
                continue
            if target._meta.pk.name != "id" or not field.db_constraint:  # type: ignore[attr-defined]  # stubs lack it
                continue
            made.append(
                f"ALTER TABLE {{table}} ADD CONSTRAINT {short(table, field.column, 'same_tenant')}"
                f" FOREIGN KEY (tenant_id, {field.column})"
                f' REFERENCES "{target._meta.db_table}" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED'
            )
        return made


class TenantHistory(TenantRows):
    """Rows of one tenant that stay as written: no role may change, delete or truncate them."""

    grants = "SELECT, INSERT"

    def statements(self, model: Any) -> list[str]:
        return [
            *super().statements(model),
            (
                "CREATE TRIGGER stays_as_written BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history()"
            ),
        ]


class SystemRows(RowSecurity):
    """Rows no tenant sees: sessions, tokens before their tenant is known, machinery."""

    def statements(self, model: Any) -> list[str]:
        return [
            *super().statements(model),
            "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO storeroom_system",
        ]


class ParentRows(RowSecurity):
    """Rows without a tenant of their own: seen when the row they hang on is seen."""

    def __init__(
        self, *names: str, column: str, parent: str, grants: str = "SELECT, INSERT, UPDATE, DELETE"
    ) -> None:
        super().__init__(*names)
        self.column, self.parent, self.grants = column, parent, grants

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        kwargs = {"column": self.column, "parent": self.parent, "grants": self.grants}
        return (self.__class__.__name__, list(self.names), kwargs)

    def statements(self, model: Any) -> list[str]:
        seen = f'EXISTS (SELECT 1 FROM "{self.parent}" p WHERE p.id = {self.column})'
        return [
            *super().statements(model),
            f"CREATE POLICY seen_with_parent ON {{table}} TO storeroom_tenant USING ({seen}) WITH CHECK ({seen})",
            f"GRANT {self.grants} ON {{table}} TO storeroom_tenant",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO storeroom_system",
        ]


def column_of_tenant(model: Any) -> bool:
    return any(field.name == "tenant" for field in model._meta.local_fields)


def short(*parts: str) -> str:
    """A constraint name that PostgreSQL does not cut."""
    return '"' + "_".join(parts)[-60:].lstrip("_") + '"'
