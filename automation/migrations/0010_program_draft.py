

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('automation', '0009_robots_asked_for_by_triggers'),
    ]

    operations = [
        migrations.AddField(
            model_name='program',
            name='draft',
            field=models.JSONField(blank=True, null=True, verbose_name='draft'),
        ),
    ]
