"""What steps can do: one class in one file each.

To add one: a file here (or in a package that its app names to the registry), a frozen
dataclass with its parameters, a subclass of `Activity` under `@register`, a test of what it
does. The catalogue, the forms, the JSON Schema and the contract test take it from there.
"""
