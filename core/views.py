"""Signing in and out, and whether this process is well."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from core import tenancy
from core.forms import SignIn


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class SignInView(View):
    """E-mail and password, then on to where the person was going."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(_next(request))
        return self._show(request, SignIn())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SignIn(request.POST)
        if not form.is_valid():
            return self._show(request, form)
        user = auth.authenticate(
            request,
            username=form.cleaned_data["email"],
            password=form.cleaned_data["password"],
        )
        if user is None:  # the same words whether or not there is such a person
            form.add_error(None, ValidationError("E-mail and password do not belong together."))
            return self._show(request, form)
        with tenancy.across_tenants("sign-in"):
            auth.login(request, user)
        return redirect(_next(request))

    def _show(self, request: HttpRequest, form: SignIn) -> HttpResponse:
        context = {"form": form, "next": _next(request), "product_name": settings.PRODUCT_NAME}
        return render(request, "core/sign_in.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, wherever it is open."""
    auth.logout(request)
    return redirect("sign-in")


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and its tables are those this code wants."""
    try:
        with tenancy.across_tenants("readiness"):
            executor = MigrationExecutor(connection)
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    if missing:
        return HttpResponse("migrations missing\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


def _next(request: HttpRequest) -> str:
    """Where the person was going, when that is on this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
