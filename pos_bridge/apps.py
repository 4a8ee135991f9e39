from django.apps import AppConfig


class PosBridgeConfig(AppConfig):
    name = "pos_bridge"
