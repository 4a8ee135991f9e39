from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Base"

    def ready(self) -> None:
        # Whoever rings needs to know the broker: pages, commands and tests, not only workers.
        import_module(settings.CELERY_APP)
        from core import receivers  # noqa: F401, PLC0415 -- connects handlers
