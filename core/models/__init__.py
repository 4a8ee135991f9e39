"""What every app stands on: six nouns."""

from core.models.audit import AuditRecord, AuditSeal, LogEntry
from core.models.job import Job
from core.models.outbox import OutboxMessage
from core.models.tenant import Tenant, TenantOwned, TenantStamped
from core.models.user import ApiToken, User

__all__ = [
    "ApiToken",
    "AuditRecord",
    "AuditSeal",
    "Job",
    "LogEntry",
    "OutboxMessage",
    "Tenant",
    "TenantOwned",
    "TenantStamped",
    "User",
]
