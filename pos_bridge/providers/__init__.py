"""The till systems we can be connected to. Adding one adds a line here."""

from __future__ import annotations

from pos_bridge.providers.base import Provider
from pos_bridge.providers.lightspeed_k.adapter import LightspeedK
from pos_bridge.providers.square.adapter import Square
from pos_bridge.providers.toast.adapter import Toast

PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (Square(), Toast(), LightspeedK())
}
