"""Secrets that somebody wrote into steps and definitions: no exported file holds them.

The place of a secret is a secret constant, `{=GlobalConst:key}`. One that is written out
stays in the system: files are exported without it, and where a file is applied that does
not name it, the stored one is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from automation.activities import registry
from automation.activities.params import ParamKind, params_of
from automation.engine.expressions import LanguageRefused, compile_value
from automation.solutions.people import steps_in
from automation.support_bundle import names_secret

Params = Mapping[str, Any]
# Where a secret stands inside the parameters of a step: its name, for a header that too.
Place = tuple[str, ...]
_VALUE_OF = {"parameters": "default", "constants": "value"}


def without_secrets(activity: str, params: Params) -> dict[str, Any]:
    """Return the parameters of a step as a file may hold them."""
    shown = deepcopy(dict(params))
    for place, _value in _places(activity, params):
        del _inside(shown, place)[place[-1]]
    return shown


def with_secrets(activity: str, params: Params, stored: Params) -> dict[str, Any]:
    """Return the parameters that a file asks for, with stored secrets that it leaves out."""
    whole = deepcopy(dict(params))
    for place, value in _places(activity, stored):
        if len(place) == 1 or isinstance(whole.get(place[0], {}), Mapping):
            _inside(whole, place).setdefault(place[-1], value)
    return whole


def same_secrets(activity: str, params: Params, others: Params) -> bool:
    """Return whether the same secrets are written out in both."""
    return dict(_places(activity, params)) == dict(_places(activity, others))


def body_without_secrets(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a program as a file may hold it."""
    shown = deepcopy(dict(body))
    for step in steps_in(shown):
        step["params"] = without_secrets(step["type"], step["params"])
    for key, defined in _secret_definitions(shown):
        defined.pop(_VALUE_OF[key], None)
    return shown


def body_with_secrets(body: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body that a file asks for, with stored secrets that it leaves out."""
    whole = deepcopy(dict(body))
    known = {step["id"]: step for step in steps_in(stored) if "id" in step}
    for step in steps_in(whole):
        held = known.get(step.get("id"))
        if held is not None and held["type"] == step["type"]:
            step["params"] = with_secrets(step["type"], step["params"], held["params"])
    definitions = {(key, each.get("code")): each for key, each in _secret_definitions(stored)}
    for key, defined in _secret_definitions(whole):
        value = _VALUE_OF[key]
        found = definitions.get((key, defined.get("code")), {})
        if value in found:
            defined.setdefault(value, found[value])
    return whole


def _places(activity: str, params: Params) -> Iterator[tuple[Place, Any]]:
    """Yield every secret that is written out in the parameters of a step."""
    doer = registry.activity(activity)
    for each in params_of(doer.params) if doer else ():
        value = params.get(each.name)
        if each.is_secret and _is_written_out(value):
            yield (each.name,), value
        elif each.kind is ParamKind.MAP and isinstance(value, Mapping):
            for name, one in value.items():
                if names_secret(name) and _is_written_out(one):
                    yield (each.name, name), one


def _is_written_out(value: Any) -> bool:
    if not isinstance(value, str) or not value:
        return False
    try:
        return compile_value(value).is_constant
    except LanguageRefused:
        return True


def _inside(params: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return the map whose last key a place is; made where it is not there."""
    found: dict[str, Any] = params if len(place) == 1 else params.setdefault(place[0], {})
    return found


def _secret_definitions(body: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in _VALUE_OF:
        for each in body.get(key) or ():
            if isinstance(each, dict) and each.get("is_secret"):
                yield key, each
