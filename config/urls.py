"""Every address. What is not listed as open in `config.middleware` needs somebody signed in."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

import config.schema  # noqa: F401 -- registers what the description of the API needs to know
import core.urls
import inventory.urls
import locations.urls
import pos_bridge.urls

TENANT = "api/v1/tenants/<uuid:tenant_id>/"

urlpatterns = [
    path("", include("core.urls")),
    path(TENANT, include(core.urls.of_tenant)),
    path(TENANT, include(locations.urls.of_tenant)),
    path(TENANT, include(inventory.urls.of_tenant)),
    path(TENANT, include(pos_bridge.urls.of_tenant)),
    path("", include("pos_bridge.urls")),
    path("admin/", admin.site.urls),
    path("", include("reporting.urls")),  # last: a chain may have any name
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
