"""What the endpoints of the tills share: who may read them, who may write, how rows are found."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from core.models import User
from inventory.models import Item
from locations import access
from locations.models import Location
from locations.roles import TenantPermission
from pos_bridge.models import Connection

Row = TypeVar("Row", bound=Model)


class TillView(GenericAPIView[Row]):
    """Readers see how the tills are doing; whoever connects tills may also write.

    `actor` is the one who asks, with the permission checked.
    """

    scopes = {
        "GET": TenantPermission.VIEW_CONNECTIONS.value,
        **dict.fromkeys(
            ("POST", "PUT", "PATCH", "DELETE"), TenantPermission.MANAGE_CONNECTIONS.value
        ),
    }
    actor: User

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        needed = (
            TenantPermission.VIEW_CONNECTIONS
            if request.method in SAFE_METHODS
            else TenantPermission.MANAGE_CONNECTIONS
        )
        self.actor = access.require_in_tenant(request.user, needed)

    def connection(self) -> Connection:
        """The connection of the address, or 404; one of another chain is not there."""
        return get_object_or_404(Connection, pk=self.kwargs["config_id"])


def checked(serializer: type[serializers.Serializer[Any]], data: Any, **options: Any) -> Any:
    """What was sent, as the serializer reads it. Raises its ValidationError (400)."""
    reader = serializer(data=data, **options)
    reader.is_valid(raise_exception=True)
    return reader.validated_data


class LocationCode(serializers.SlugRelatedField[Location]):
    """One of the chain's locations, by its code."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("queryset", Location.objects.all())
        super().__init__(slug_field="code", **options)


class ItemSku(serializers.SlugRelatedField[Item]):
    """One of the chain's items, by its SKU."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("queryset", Item.objects.all())
        super().__init__(slug_field="sku", **options)


class ConnectionId(serializers.PrimaryKeyRelatedField[Connection]):
    """One of the chain's connections, by its id."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("queryset", Connection.objects.all())
        super().__init__(**options)
