"""The kinds of fields, one file each.

To add a kind: write `<kind>.py` here with one subclass of `FieldType` decorated with
`@register`; nothing else changes. `tests/smart_processes/field_types/test_contract.py`
walks the registry and runs the same contract over it.
"""
