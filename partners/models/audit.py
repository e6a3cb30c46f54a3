"""The audit trail: what was done to what, by whom and why. Nothing here is ever changed."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class CurrentTransaction(models.Func):
    """The number of the transaction that writes a row; it says when a batch is complete."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE and DELETE by row, and TRUNCATE by statement."""
    return [
        pgtrigger.Protect(
            name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete
        ),
        pgtrigger.Trigger(
            name=f"{name}_no_truncate",
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
        ),
    ]


class AuditEntry(models.Model):
    """One thing that was done. It holds ids, not foreign keys, so that it outlives its subject."""

    at = models.DateTimeField(_("at"))
    partner_id = models.BigIntegerField(_("partner"), null=True)
    customer_ref = models.BigIntegerField(_("customer"), null=True)
    subject_kind = models.CharField(_("subject kind"), max_length=60)
    subject_id = models.CharField(_("subject"), max_length=64)
    kind = models.CharField(_("what"), max_length=80)
    by_id = models.BigIntegerField(_("person"), null=True)
    by_name = models.CharField(_("by"), max_length=150, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["partner_id", "customer_ref", "-id"], name="audit_timeline"),
            models.Index(fields=["partner_id", "-id"], name="audit_partner"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="audit_subject"),
            models.Index(fields=["transaction"], name="audit_transaction"),
        ]
        triggers = append_only("audit")

    def __str__(self) -> str:
        return f"{self.kind} · {self.subject_kind} {self.subject_id}"


class AuditSeal(models.Model):
    """A hash over all entries of finished transactions since the seal before, chained to it."""

    sealed_at = models.DateTimeField(_("sealed at"))
    from_transaction = models.BigIntegerField()
    to_transaction = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField(_("entries"))
    digest = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["id"]
        triggers = append_only("audit_seal")

    def __str__(self) -> str:
        return f"{self.digest[:12]} · {self.entries}"
