"""What did not verify, looked at again: a wrong secret of ours is no attack of theirs."""

from __future__ import annotations

from django.conf import settings

from core import tenancy
from pos_bridge.domain import endpoints, inbox
from pos_bridge.domain.endpoints import Candidate
from pos_bridge.models import Endpoint, Quarantined
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Webhook


def reconsider(endpoint: Endpoint) -> int:
    """Take in what fits the endpoint's secrets now. Answers how many; the rest stays put.

    What was signed by a header that is never kept (a password), or held card data, which was
    blanked, cannot be proved any more.
    """
    provider = PROVIDERS[endpoint.provider]
    with tenancy.across_tenants("what stands in quarantine"):
        environment = endpoint.connection.environment if endpoint.connection else "production"
        candidate = Candidate(endpoint.pk, endpoint.sealed_secrets, environment)
        taken = []
        for held in Quarantined.objects.filter(endpoint=endpoint).order_by("pk").iterator(20):
            webhook = Webhook(bytes(held.body), held.headers, _address(endpoint))
            if endpoints.verified(provider, webhook, [candidate]):
                identity = provider.identify(webhook)
                inbox.keep(
                    provider=provider, webhook=webhook, endpoint=candidate, identity=identity
                )
                taken.append(held.pk)
        Quarantined.objects.filter(pk__in=taken).delete()
    return len(taken)


def _address(endpoint: Endpoint) -> str:
    if endpoint.connection:
        return endpoints.address_of(endpoint.connection)
    return f"{settings.WEBHOOK_BASE_URL}/api/v1/webhooks/{endpoint.provider}"
