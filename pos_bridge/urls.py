"""The addresses of the tills: where they post, and what programs ask about them."""

from __future__ import annotations

from django.urls import path

from pos_bridge import views

WEBHOOKS = "api/v1/webhooks/<slug:pos_system>"

urlpatterns = [
    path(WEBHOOKS, views.receive_webhook, name="webhook"),
    path(f"{WEBHOOKS}/<int:connection_id>", views.receive_webhook, name="webhook-of-connection"),
]
