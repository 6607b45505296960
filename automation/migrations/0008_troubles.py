from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0007_bulk_lane"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="stageplan",
            index=models.Index(
                fields=["item"],
                name="stage_plan_failed",
                condition=models.Q(("error", ""), _negated=True),
            ),
        ),
        migrations.AddIndex(
            model_name="triggerevent",
            index=models.Index(
                fields=["item"],
                name="trigger_event_given_up",
                condition=models.Q(
                    ("due_at__isnull", True), models.Q(("error", ""), _negated=True)
                ),
            ),
        ),
    ]
