"""Partners, their people and roles, the audit trail, the business clock and background jobs."""

from partners.models.attachment import Attachment, Scan
from partners.models.audit import AuditEntry, AuditSeal
from partners.models.bank import PartnerBankAccount
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
    "Attachment",
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
    "PartnerBankAccount",
    "PartnerSettings",
    "PaymentOrder",
    "Scan",
    "TermsFrom",
    "TermsKind",
    "User",
    "display_name",
]
