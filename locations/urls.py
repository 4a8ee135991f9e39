"""Addresses of places, below /api/v1/tenants/{tenant_id}/."""

from __future__ import annotations

from django.urls import path

from locations import api

of_tenant = [path("locations", api.LocationList.as_view(), name="location-list")]
