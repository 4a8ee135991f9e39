"""Addresses of stock, below /api/v1/tenants/{tenant_id}/."""

from __future__ import annotations

from django.urls import path, register_converter

from inventory.api.entries import EntryList
from inventory.api.explanations import Explanation
from inventory.api.feed import Feed
from inventory.api.items import ItemDetail, ItemList
from inventory.api.levels import LevelList


class Sku:
    """Whatever a shop calls an item: also slashes and line ends, but no NUL."""

    regex = r"[^\x00]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Sku, "sku")

of_tenant = [
    path("items", ItemList.as_view(), name="item-list"),
    path(
        "items/<sku:sku>/locations/<slug:code>/explain",
        Explanation.as_view(),
        name="level-explanation",
    ),
    path("items/<sku:sku>", ItemDetail.as_view(), name="item-detail"),
    path("levels", LevelList.as_view(), name="level-list"),
    path("entries", EntryList.as_view(), name="entry-list"),
    path("feed", Feed.as_view(), name="feed"),
]
