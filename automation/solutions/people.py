"""People in solution files: by user name, wherever rules name them by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from automation.activities import registry
from automation.activities.params import ParamKind, params_of
from automation.engine.scope import Source
from smart_processes.exceptions import ValuesRefused
from smart_processes.field_filters import FieldFilter
from smart_processes.filters import filterset_for
from smart_processes.schema import Schema, TypeSchema

Params = Mapping[str, Any]
# An id becomes a user name, or the other way round.
Translate = Callable[[Any], Any]


def person_called(username: str) -> User | None:
    """Return somebody by user name; None for no name.

    Raises:
        ValuesRefused: there is nobody of that name.
    """
    if not username:
        return None
    found = User.objects.filter(username=username).first()
    if found is None:
        sentence = _("There is nobody called “%(name)s”.") % {"name": username}
        raise ValuesRefused({"person": sentence})
    return found


class PeopleInRules:
    """Translates the people in rules of one type: to user names for files, back to ids.

    Steps that write values or ask people take user names as they are; conditions and filters
    compare ids.
    """

    def __init__(self, schema: Schema, type_code: str) -> None:
        """Args: the configuration; the type of the rule's records, empty for any."""
        self._schema = schema
        self._fields = schema.types.get(type_code)

    def named(self, activity: str, params: Params) -> dict[str, Any]:
        """Return the parameters of a step with user names."""
        return self._params(activity, params, self._name, self._name)

    def known(self, activity: str, params: Params) -> dict[str, Any]:
        """Return the parameters of a step as the system keeps them."""
        return self._params(activity, params, _as_it_is, self._id_or_word)

    def named_rows(self, part: Any) -> Any:
        """Return a condition, or what holds conditions at any depth, with user names."""
        return self._rows(part, self._name)

    def known_rows(self, part: Any) -> Any:
        """Return a condition, or what holds conditions, as the system compares them.

        Raises:
            ValuesRefused: there is nobody of that name.
        """
        return self._rows(part, self._id)

    def named_body(self, body: Params) -> dict[str, Any]:
        """Return the body of a program with user names."""
        return self._body(body, self.named, self.named_rows)

    def known_body(self, body: Params) -> dict[str, Any]:
        """Return the body of a program as the system keeps it.

        Raises:
            ValuesRefused: there is nobody of that name.
        """
        return self._body(body, self.known, self.known_rows)

    def named_filters(self, filters: Params) -> dict[str, Any]:
        """Return the filter of a list with user names."""
        return _filters(self._fields, filters, self._name)

    def known_filters(self, filters: Params) -> dict[str, Any]:
        """Return the filter of a list as lists take it, which refuse what they do not know."""
        return _filters(self._fields, filters, self._id_or_word)

    def _params(
        self, activity: str, params: Params, direct: Translate, compared: Translate
    ) -> dict[str, Any]:
        doer = registry.activity(activity)
        translated = dict(params)
        named_type = self._schema.types.get(str(params.get("type", "")))
        for each in params_of(doer.params) if doer else ():
            value = params.get(each.name)
            if each.kind is ParamKind.PEOPLE:
                translated |= {each.name: _each(value, direct)} if value else {}
            elif not isinstance(value, Mapping):
                continue
            elif each.kind is ParamKind.FIELD_VALUES:
                translated[each.name] = _values(self._fields, value, direct)
            elif each.kind is ParamKind.VALUES_OF_TYPE:
                translated[each.name] = _values(named_type, value, direct)
            elif each.kind is ParamKind.FILTERS:
                translated[each.name] = _filters(named_type, value, compared)
        return translated

    def _rows(self, part: Any, translate: Translate) -> Any:
        whole = deepcopy(part)
        for row in _rows_in(whole):
            if row["object"] == Source.DOCUMENT and _is_person(self._fields, str(row["field"])):
                row["value"] = _each(row["value"], translate)
        return whole

    def _body(
        self,
        body: Params,
        params: Callable[[str, Params], dict[str, Any]],
        rows: Callable[[Any], Any],
    ) -> dict[str, Any]:
        whole: dict[str, Any] = rows(dict(body))
        for step in steps_in(whole):
            step["params"] = params(step["type"], step["params"])
        return whole

    def _name(self, value: Any) -> Any:
        number = _number(value)
        return value if number is None else self._names.get(number, value)

    def _id(self, value: Any) -> Any:
        if not isinstance(value, str) or not value or _number(value) or "{=" in value:
            return value
        if value not in self._ids:
            sentence = _("There is nobody called “%(name)s”.") % {"name": value[:100]}
            raise ValuesRefused({"person": sentence})
        return str(self._ids[value])

    def _id_or_word(self, value: Any) -> Any:
        """Return an id for a user name, anything else, such as "me", as it is."""
        return str(self._ids[value]) if value in self._ids else value

    @cached_property
    def _names(self) -> dict[int, str]:
        return dict(User.objects.values_list("pk", "username"))

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {name: pk for pk, name in self._names.items()}


def steps_in(part: Any) -> Iterator[dict[str, Any]]:
    """Yield everything in a program's body that has a type and parameters, at any depth."""
    if isinstance(part, dict):
        if isinstance(part.get("type"), str) and isinstance(part.get("params"), dict):
            yield part
        for each in part.values():
            yield from steps_in(each)
    elif isinstance(part, list):
        for each in part:
            yield from steps_in(each)


def _rows_in(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if {"object", "field", "value"} <= part.keys():
            yield part
        for each in part.values():
            yield from _rows_in(each)
    elif isinstance(part, list):
        for each in part:
            yield from _rows_in(each)


def _values(fields: TypeSchema | None, values: Params, translate: Translate) -> dict[str, Any]:
    return {
        code: _each(value, translate) if _is_person(fields, code) else value
        for code, value in values.items()
    }


def _filters(fields: TypeSchema | None, filters: Params, translate: Translate) -> dict[str, Any]:
    known = filterset_for(fields).base_filters if fields else {}
    translated = dict(filters)
    for name, value in filters.items():
        made = known.get(name)
        if isinstance(made, FieldFilter) and made.source.type.kind == "user":
            translated[name] = value if made.operator.suffix else _each(value, translate)
    return translated


def _is_person(fields: TypeSchema | None, code: str) -> bool:
    field = (fields.fields.get(code) or fields.fields.get(code.lower())) if fields else None
    return field is not None and field.type.kind == "user"


def _each(value: Any, translate: Translate) -> Any:
    return [translate(one) for one in value] if isinstance(value, list) else translate(value)


def _number(value: Any) -> int | None:
    """Return the id that is meant; None for everything else."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _as_it_is(value: Any) -> Any:
    return value
