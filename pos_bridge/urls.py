"""The addresses of the tills: where they post, and what programs ask about them."""

from __future__ import annotations

from django.urls import path

from pos_bridge import views
from pos_bridge.api.configurations import ConfigurationDetail, ConfigurationList
from pos_bridge.api.links import ItemLinkList, LocationLinkList
from pos_bridge.api.raw_events import EventDetail, EventList
from pos_bridge.api.syncs import Syncs, SyncStatus, SyncStatusList
from pos_bridge.api.transactions import TransactionDetail, TransactionList
from pos_bridge.api.webhook_status import WebhookStatus

WEBHOOKS = "api/v1/webhooks/<slug:pos_system>"
ALL = "pos/configurations"
ONE = f"{ALL}/<int:config_id>"

urlpatterns = [
    path(WEBHOOKS, views.receive_webhook, name="webhook"),
    path(f"{WEBHOOKS}/<int:connection_id>", views.receive_webhook, name="webhook-of-connection"),
    path(f"{WEBHOOKS}/status", WebhookStatus.as_view(), name="webhook-status"),
]

# Below /api/v1/tenants/{tenant_id}/.
of_tenant = [
    path(ALL, ConfigurationList.as_view(), name="configuration-list"),
    path(ONE, ConfigurationDetail.as_view(), name="configuration-detail"),
    path(f"{ONE}/sync", Syncs.as_view(), name="sync"),
    path(f"{ONE}/sync/status", SyncStatus.as_view(), name="sync-status"),
    path("pos/sync/status", SyncStatusList.as_view(), name="sync-status-list"),
    path("sync/status", SyncStatusList.as_view(schema=None), name="sync-status-list-short"),
    path("pos/transactions", TransactionList.as_view(), name="transaction-list"),
    path("pos/transactions/<int:pk>", TransactionDetail.as_view(), name="transaction-detail"),
    path("item-links", ItemLinkList.as_view(), name="item-link-list"),
    path("location-links", LocationLinkList.as_view(), name="location-link-list"),
    path("raw-events", EventList.as_view(), name="raw-event-list"),
    path("raw-events/<int:pk>", EventDetail.as_view(), name="raw-event-detail"),
]
