from django.apps import AppConfig


class LocationsConfig(AppConfig):
    name = "locations"
    verbose_name = "Locations and people"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # noqa: PLC0415 -- not before the models are there

        from core.models import Tenant  # noqa: PLC0415
        from locations.models import Location, Membership  # noqa: PLC0415

        for model in (Tenant, Location, Membership):
            auditlog.register(model)
