"""How a file names the records that its rows link to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from smart_processes.field_types.base import ValueRefused
from smart_processes.fields import Field
from smart_processes.imports.mapping import LinkRule
from smart_processes.imports.refusals import MappingRefused
from smart_processes.lookups import TITLE, LinkKey, Lookups
from smart_processes.schema import Schema

LinkField = tuple[Field, LinkRule]


def is_absent(field: Field, raw: Any, links: Lookups) -> bool:
    """Return whether no record at all is called so; several are another matter."""
    key = links.link_key(field.code) or TITLE
    try:
        return not links.record_ids(str(field.config.get("target", "")), key, key.comparable(raw))
    except ValueRefused:
        return False


def link_keys(links: Iterable[LinkField], schema: Schema) -> Mapping[str, LinkKey]:
    """Return how the file names records, for the link fields whose mapping says it."""
    keys: dict[str, LinkKey] = {}
    for source, rule in links:
        if rule.by:
            by = schema.type(str(source.config["target"])).fields[rule.by]
            keys[source.code] = LinkKey(by.expression(), _comparable(by))
    return keys


def check_links(links: Iterable[LinkField], schema: Schema) -> None:
    """Refuse ways to look records up that cannot be.

    Raises:
        MappingRefused: the linked type is another one, or it has no such field.
    """
    problems = []
    for source, rule in links:
        target = str(source.config.get("target", ""))
        if rule.type and rule.type != target:
            problems.append(
                _("“%(field)s” links to “%(target)s”, not to “%(wanted)s”.")
                % {"field": source.label, "target": target, "wanted": rule.type}
            )
        elif rule.by:
            by = schema.type(target).fields.get(rule.by)
            if by is None or by.is_multiple or by.code == "amount":
                problems.append(
                    _("Records of “%(target)s” cannot be looked up by “%(field)s”.")
                    % {"target": target, "field": rule.by}
                )
    if problems:
        raise MappingRefused(problems)


def _comparable(by: Field) -> Callable[[Any], Any]:
    def comparable(raw: Any) -> Any:
        return by.storage.comparable(by.parse(raw), by)

    return comparable
