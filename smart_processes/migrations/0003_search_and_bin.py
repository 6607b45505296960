"""Indexes for the search and for the recycle bin."""

from django.db import migrations, models

from smart_processes.migration_operations import VendorSQL

# Trigrams make "contains" fast on PostgreSQL. Without the extension (an old or a managed
# server, a role that may not create it) the search reads every record and finds the same;
# `manage.py index_search` makes the index later.
_EXTENSION = """
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'pg_trgm is not available: %', SQLERRM;
END $$
"""
_INDEX = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE INDEX IF NOT EXISTS item_search ON smart_processes_item
    USING gin (search gin_trgm_ops) WHERE deleted_at IS NULL;
  END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("smart_processes", "0002_stage_in_pipeline")]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["type", "deleted_at", "id"],
                name="item_bin",
            ),
        ),
        VendorSQL(
            {"postgresql": [_EXTENSION, _INDEX]},
            {"postgresql": ["DROP INDEX IF EXISTS item_search"]},
        ),
    ]
