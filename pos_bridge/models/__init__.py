"""The tills: how they are connected, what they sent, and what we made of it."""

from pos_bridge.models.connection import Connection, Endpoint, MerchantLink
from pos_bridge.models.inbox import Quarantined, RawEvent, RawEventState
from pos_bridge.models.link import ItemLink, LocationLink
from pos_bridge.models.order import Transaction, TransactionLine
from pos_bridge.models.sync import SyncRun

__all__ = [
    "Connection",
    "Endpoint",
    "ItemLink",
    "LocationLink",
    "MerchantLink",
    "Quarantined",
    "RawEvent",
    "RawEventState",
    "SyncRun",
    "Transaction",
    "TransactionLine",
]
