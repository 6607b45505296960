from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0008_troubles"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="trigger_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="stageplan",
            name="trigger_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.RemoveConstraint(
            model_name="decision",
            name="robot_once_for_visit",
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=["robot", "visit"],
                condition=models.Q(robot__isnull=False, visit__isnull=False, trigger_name=""),
                name="robot_once_for_visit",
            ),
        ),
    ]
