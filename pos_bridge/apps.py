from django.apps import AppConfig

# Secrets never reach a log; the rest changes with every event.
UNLOGGED = ("sealed_secrets", "sealed_tokens", "last_event_at", "last_error")


class PosBridgeConfig(AppConfig):
    name = "pos_bridge"
    verbose_name = "Tills"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # noqa: PLC0415 -- not before the models are there

        from pos_bridge.models import Connection, ItemLink, LocationLink  # noqa: PLC0415

        auditlog.register(Connection, exclude_fields=list(UNLOGGED))
        auditlog.register(ItemLink)
        auditlog.register(LocationLink, exclude_fields=["polled_until"])
