"""The record engine: types, fields, pipelines, stages, records."""
