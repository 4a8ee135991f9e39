"""What inventory does in the background."""

from __future__ import annotations

import logging

from celery import shared_task

from inventory.domain import verification

logger = logging.getLogger(__name__)

HALF_AN_HOUR = 30 * 60


@shared_task(soft_time_limit=HALF_AN_HOUR - 60, time_limit=HALF_AN_HOUR)
def verify_ledgers(**_: object) -> None:
    """Recompute every tenant's ledger; what is not as it was written is an error in the log."""
    for tenant in verification.tenants():
        for finding in verification.verify(tenant).findings:
            logger.error("Ledger of %s: %s: %s", tenant.slug, finding.check, finding.message)
