"""The admin site's pages of the chain, its places, its people and the evidence of what they did."""

from locations.admin import evidence, people, places, tokens

__all__ = ["evidence", "people", "places", "tokens"]
