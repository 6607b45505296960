from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0010_program_draft"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["caused_by"],
                name="run_cause",
                condition=models.Q(caused_by__isnull=False),
            ),
        ),
        migrations.RemoveIndex(
            model_name="decision",
            name="decision_after",
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                fields=["after"],
                name="decision_after",
                condition=models.Q(after__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                fields=["caused_by"],
                name="decision_cause",
                condition=models.Q(caused_by__isnull=False),
            ),
        ),
    ]
