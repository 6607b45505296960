"""PostgreSQL: a record's stage is one of its pipeline's.

Not deferrable: Django's `check_constraints()` ends with SET CONSTRAINTS ALL DEFERRED, and
a foreign stage would then be accepted until the commit. SQLite has triggers instead
(`database_objects`).
"""

from django.db import migrations

from smart_processes.migration_operations import VendorSQL


class Migration(migrations.Migration):
    dependencies = [("smart_processes", "0001_initial")]

    operations = [
        VendorSQL(
            {
                "postgresql": [
                    "ALTER TABLE smart_processes_item ADD CONSTRAINT item_stage_in_pipeline "
                    "FOREIGN KEY (pipeline_id, stage) "
                    "REFERENCES smart_processes_stage (pipeline_id, code) NOT DEFERRABLE"
                ]
            },
            {
                "postgresql": [
                    "ALTER TABLE smart_processes_item DROP CONSTRAINT item_stage_in_pipeline"
                ]
            },
        )
    ]
