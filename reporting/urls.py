"""Addresses of the pages. Below a chain: `/{tenant}/{location or "all"}/…`, so a link says all."""

from __future__ import annotations

from django.urls import path

from inventory import urls as of_stock  # noqa: F401 -- it registers how an address spells a SKU
from reporting.views.home import home, parts, save_theme
from reporting.views.item import StockItem
from reporting.views.stock import StockList

PLACE = "<slug:tenant>/<slug:place>/"

urlpatterns = [
    path("", home, name="home"),
    path("parts/", parts, name="parts"),
    path("account/theme", save_theme, name="account-theme"),
    path(f"{PLACE}stock/", StockList.as_view(), name="stock-list"),
    path(f"{PLACE}stock/<sku:sku>/", StockItem.as_view(), name="stock-item"),
]
