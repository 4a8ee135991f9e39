"""The admin site's pages of the tills: how they are connected, what they sent, what came of it."""

from pos_bridge.admin import connections, events, links, transactions

__all__ = ["connections", "events", "links", "transactions"]
