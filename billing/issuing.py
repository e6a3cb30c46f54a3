"""Issues many drafts in the background, with progress."""

from collections.abc import Mapping
from itertools import batched
from typing import Any

from billing import invoicing
from billing.models import Invoice
from billing.models.invoice import InvoiceQuerySet
from partners import jobs
from partners.models import Job, Partner, User

KIND = "billing.issue"
AT_ONCE = 200
"""Up to so many drafts are issued while the person waits."""
NAMED_FAILURES = 200


def is_many(drafts: InvoiceQuerySet) -> bool:
    """Whether issuing these takes longer than a person should wait."""
    return drafts.order_by()[: AT_ONCE + 1].count() > AT_ONCE


def ask_for(partner: Partner, drafts: InvoiceQuerySet, *, by: User) -> Job:
    """Put the drafts in the queue."""
    ids = list(drafts.order_by("pk").values_list("pk", flat=True))
    return jobs.ask_for(KIND, partner, by=by, parameters={"ids": ids})


def issue(job: Job) -> Mapping[str, Any]:
    """Issue the drafts of a job; what an earlier attempt issued is left as it is."""
    ids = job.parameters["ids"]
    issued = 0
    failures: list[str] = []
    for done, batch in enumerate(batched(ids, invoicing.BATCH), start=1):
        drafts = Invoice.objects.filter(pk__in=batch, partner=job.partner).drafts()
        report = invoicing.issue_invoices(drafts, by=job.owner, reason="reviewed")
        issued += len(report.issued)
        failures += [f"{each.invoice.customer}: {each.why}" for each in report.failures]
        jobs.progress(job, min(done * invoicing.BATCH, len(ids)), len(ids))
    return {"issued": issued, "failed": len(failures), "failures": failures[:NAMED_FAILURES]}
