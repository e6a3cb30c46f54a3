"""Celery tasks of billing: each drains what the database says is due."""

from celery import shared_task

from billing import claims, issuing
from billing.books import exporting
from billing.files import services as files
from billing.imports import services as imports
from partners import jobs


@shared_task
def drain_imports() -> None:
    """Check and import the files that wait, and issue the drafts of waiting jobs."""
    jobs.drain(files.CHECK, files.run_check)
    jobs.drain(files.IMPORT, files.run_import)
    files.release_stuck()
    jobs.drain(imports.CHECK, imports.run_check)
    jobs.drain(imports.IMPORT, imports.run_import)
    imports.release_stuck()
    jobs.drain(issuing.KIND, issuing.issue)
    jobs.drain(exporting.KIND, exporting.run)


@shared_task
def expire_claims() -> int:
    """End the claims of payments on their way whose time has passed."""
    return claims.expire_due()
