from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0011_fapiao_rows'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='invoice',
            name='fapiao_status_known',
        ),
        migrations.RemoveConstraint(
            model_name='invoice',
            name='fapiao_delivered_with_date',
        ),
        migrations.RemoveField(
            model_name='invoice',
            name='fapiao_delivered_on',
        ),
        migrations.RemoveField(
            model_name='invoice',
            name='fapiao_delivery',
        ),
        migrations.RemoveField(
            model_name='invoice',
            name='fapiao_number',
        ),
        migrations.RemoveField(
            model_name='invoice',
            name='fapiao_on',
        ),
        migrations.RemoveField(
            model_name='invoice',
            name='fapiao_status',
        ),
        migrations.RemoveField(
            model_name='invoice',
            name='fapiao_type',
        ),
    ]
