"""Moves what was known of fapiao from the invoices into rows of their own."""

from itertools import batched

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STANDING = {'requested', 'issued', 'delivered'}


def move_facts(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """One fapiao for each invoice; an issued one without a number is only known to be wanted."""
    invoices = apps.get_model('billing', 'Invoice').objects.exclude(fapiao_status='none')
    for batch in batched(invoices.order_by('pk').iterator(chunk_size=1000), 1000):
        Fapiao = apps.get_model('billing', 'Fapiao')
        FapiaoCover = apps.get_model('billing', 'FapiaoCover')
        rows = Fapiao.objects.bulk_create([_row(Fapiao, invoice) for invoice in batch])
        FapiaoCover.objects.bulk_create(
            FapiaoCover(
                partner_id=invoice.partner_id,
                fapiao=row,
                invoice=invoice,
                is_standing=row.status in STANDING,
            )
            for invoice, row in zip(batch, rows, strict=True)
        )


def _row(Fapiao, invoice):
    is_nameless = invoice.fapiao_status in {'issued', 'delivered'} and not invoice.fapiao_number
    return Fapiao(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        status='requested' if is_nameless else invoice.fapiao_status,
        type=invoice.fapiao_type,
        number=invoice.fapiao_number,
        issued_on=invoice.fapiao_on,
        delivered_on=invoice.fapiao_delivered_on,
        delivery=invoice.fapiao_delivery,
        created_by_id=invoice.created_by_id,
        created_at=invoice.created_at,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_fapiao'),
    ]

    operations = [migrations.RunPython(move_facts, migrations.RunPython.noop)]
