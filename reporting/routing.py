"""The addresses of sockets."""

from __future__ import annotations

from django.urls import path, re_path

from reporting.consumers import Nowhere, StockFeed

websocket_urlpatterns = [
    path("ws/<slug:tenant>/stock", StockFeed.as_asgi()),
    re_path("", Nowhere.as_asgi()),
]
