"""Partners, their people and roles, the audit trail, the business clock and background jobs."""

from partners.models.audit import AuditEntry, AuditSeal
from partners.models.clock import BusinessClock, CalendarDay, ConfirmedYear
from partners.models.connection import Cloud, Connection
from partners.models.job import Heartbeat, Job
from partners.models.partner import (
    Partner,
    PartnerSettings,
    PaymentOrder,
    TermsFrom,
    TermsKind,
)
from partners.models.people import AdminRole, AgentRole, Membership, User, display_name

__all__ = [
    "AdminRole",
    "AgentRole",
    "AuditEntry",
    "AuditSeal",
    "BusinessClock",
    "CalendarDay",
    "Cloud",
    "ConfirmedYear",
    "Connection",
    "Heartbeat",
    "Job",
    "Membership",
    "Partner",
    "PartnerSettings",
    "PaymentOrder",
    "TermsFrom",
    "TermsKind",
    "User",
    "display_name",
]
