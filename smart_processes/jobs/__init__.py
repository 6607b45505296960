"""Work that outlives a request: bulk changes, exports, imports.

A job is a row; a Celery message only nudges it. To add a kind: write a module in `kinds/`
with one subclass of `base.JobKind` decorated with `@register`; nothing else changes.
`queue` makes jobs, `runner` works on them.
"""
