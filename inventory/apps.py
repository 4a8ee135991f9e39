from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "Stock"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # noqa: PLC0415 -- not before the models are there

        from inventory.models import Barcode, Category, Item, Product, Unit  # noqa: PLC0415

        # The catalogue only: of stock the ledger itself is the log.
        for model in (Barcode, Category, Item, Product, Unit):
            auditlog.register(model)
