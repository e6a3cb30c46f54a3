"""Credit notes become documents with drafts, lines and uses; price rules and lines say more."""

import django.db.models.deletion
import django.db.models.expressions
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0008_receipts_split_and_refunded"),
        ("customers", "0002_initial"),
        ("partners", "0002_cache_table"),
        ("subscriptions", "0003_changes_to_announce"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditNoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                ("description", models.CharField(max_length=500, verbose_name="description")),
                (
                    "quantity",
                    models.DecimalField(decimal_places=6, max_digits=18, verbose_name="quantity"),
                ),
                (
                    "unit_price",
                    models.DecimalField(decimal_places=6, max_digits=18, verbose_name="unit price"),
                ),
                ("period_from", models.DateField(blank=True, null=True, verbose_name="from")),
                ("period_to", models.DateField(blank=True, null=True, verbose_name="to")),
                ("net", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="net")),
                (
                    "vat_rate",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="VAT %"),
                ),
                ("vat", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="VAT")),
                (
                    "gross",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="gross"),
                ),
            ],
            options={
                "verbose_name": "credit note line",
                "verbose_name_plural": "credit note lines",
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CreditUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="amount"),
                ),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("made_on", models.DateField(verbose_name="made on")),
            ],
            options={
                "verbose_name": "use of a credit note",
                "verbose_name_plural": "uses of credit notes",
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="creditnote",
            name="one_credit_note_per_number",
        ),
        migrations.AddField(
            model_name="creditnote",
            name="source_file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="billing.reconciliationfile",
                verbose_name="reconciliation file",
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="status",
            field=models.CharField(
                choices=[("draft", "Draft"), ("issued", "Issued"), ("void", "Void")],
                default="draft",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="used",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0"),
                max_digits=18,
                verbose_name="used for invoices",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="source_line",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.reconciliationline",
            ),
        ),
        migrations.AddField(
            model_name="pricerule",
            name="includes_vat",
            field=models.BooleanField(
                default=False,
                help_text="Only for an own price: the customer pays exactly so much per unit.",
                verbose_name="the price includes VAT",
            ),
        ),
        migrations.AddField(
            model_name="reconciliationfile",
            name="only_new",
            field=models.BooleanField(
                default=False,
                help_text="Lines of the same content that are imported already are left out.",
                verbose_name="only lines that no other file holds",
            ),
        ),
        migrations.AlterField(
            model_name="creditnote",
            name="invoice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="billing.invoice",
            ),
        ),
        migrations.AlterField(
            model_name="creditnote",
            name="issued_on",
            field=models.DateField(null=True, verbose_name="issued on"),
        ),
        migrations.AlterField(
            model_name="creditnote",
            name="number",
            field=models.CharField(editable=False, max_length=60, null=True, verbose_name="number"),
        ),
        migrations.AlterField(
            model_name="pricerule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("margin_percent", "Margin on cost (%)"),
                    ("unit_price", "Own price per unit"),
                    ("not_invoiced", "Billed elsewhere"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.RunSQL(
            "UPDATE billing_creditnote SET status = 'issued', used = amount",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="creditnote",
            name="left",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        status="issued",
                        then=django.db.models.expressions.CombinedExpression(
                            models.F("amount"), "-", models.F("used")
                        ),
                    ),
                    default=Decimal("0"),
                    output_field=models.DecimalField(decimal_places=2, max_digits=18),
                ),
                output_field=models.DecimalField(decimal_places=2, max_digits=18),
                verbose_name="credit",
            ),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(
                models.F("partner"),
                models.F("status"),
                models.F("id"),
                name="credit_notes_by_status",
            ),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(
                models.F("customer"), models.F("id"), name="credit_notes_of_customer"
            ),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(
                models.F("customer"),
                models.F("currency"),
                condition=models.Q(("left__gt", 0)),
                name="credit_notes_with_credit",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number__isnull", False)),
                fields=("partner", "number"),
                name="one_credit_note_per_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                        ("status", "issued"),
                    ),
                    models.Q(
                        ("issued_on", None),
                        ("number", None),
                        ("status__in", ["draft", "void"]),
                        ("used", 0),
                    ),
                    _connector="OR",
                ),
                name="credit_note_numbered_when_issued",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("used__gte", 0), ("used__lte", models.F("amount"))),
                name="credit_note_used_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("includes_vat", False), ("kind", "unit_price"), _connector="OR"
                ),
                name="only_own_prices_include_vat",
            ),
        ),
        migrations.AddField(
            model_name="creditnoteline",
            name="credit_note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="billing.creditnote",
            ),
        ),
        migrations.AddField(
            model_name="creditnoteline",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.partner"
            ),
        ),
        migrations.AddField(
            model_name="creditnoteline",
            name="source_line",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.reconciliationline",
            ),
        ),
        migrations.AddField(
            model_name="creditnoteline",
            name="subscription",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="subscriptions.subscription",
            ),
        ),
        migrations.AddField(
            model_name="credituse",
            name="credit_note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uses",
                to="billing.creditnote",
            ),
        ),
        migrations.AddField(
            model_name="credituse",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_uses",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="credituse",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="credituse",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.partner"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.UniqueConstraint(
                fields=("credit_note", "position"), name="one_credit_note_line_per_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "gross",
                        django.db.models.expressions.CombinedExpression(
                            models.F("net"), "+", models.F("vat")
                        ),
                    )
                ),
                name="credit_note_line_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(("vat_rate__gte", 0), ("vat_rate__lt", 100)),
                name="credit_note_line_vat_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="credituse",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="credit_use_amount_positive"
            ),
        ),
        migrations.RunSQL(
            """
            INSERT INTO billing_credituse
                (partner_id, credit_note_id, invoice_id, amount, made_by_id, made_at, made_on)
            SELECT partner_id, id, invoice_id, amount, made_by_id, made_at, issued_on
            FROM billing_creditnote ORDER BY id
            """,
            migrations.RunSQL.noop,
        ),
    ]
