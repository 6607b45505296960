"""From a row to what it says about a person: names, department, head, roles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from anyascii import anyascii
from django.utils.translation import gettext as _

from smart_processes.imports.mapping import (
    FIRST_NAME,
    FULL_NAME,
    LAST_NAME,
    ImportMapping,
    Rule,
)
from smart_processes.imports.matching import folded
from smart_processes.imports.plan import Source, bind, extra_cells, named
from smart_processes.imports.refusals import MappingRefused
from smart_processes.imports.rows import Row, Table, cell_text
from smart_processes.imports.synonyms import names

USERNAME, EMAIL, DEPARTMENT = "username", "email", "department"
ROLES, HEAD, HEAD_ROLES = "roles", "head", "head_roles"
# What is written onto the person as it stands.
ATTRIBUTES = (EMAIL, FIRST_NAME, LAST_NAME, "job_title", "language", "time_zone")
TARGETS = (USERNAME, FULL_NAME, *ATTRIBUTES, DEPARTMENT, HEAD, ROLES, HEAD_ROLES)
KEYS = (USERNAME, EMAIL)

_USUAL: Mapping[str, str] = {
    USERNAME: "user name, login, sign in name, логин, имя пользователя",
    FULL_NAME: "name, employee, person, agent, sales agent, фио, сотрудник",
    FIRST_NAME: "given name, имя",
    LAST_NAME: "surname, family name, фамилия",
    EMAIL: "e mail, mail, почта, электронная почта",
    "job_title": "position, должность",
    DEPARTMENT: "team, unit, отдел, подразделение",
    HEAD: "manager, boss, supervisor, руководитель, начальник",
    ROLES: "role, роль, роли",
}
_PATH_SEPARATOR = re.compile(r"\s*/\s*")
_ROLE_SEPARATOR = re.compile(r"[,;\n]")


@dataclass
class PersonReading:
    """What a row says about a person.

    Attributes:
        row: The row.
        username: As the file has it, or made of the names.
        is_username_given: Whether the file has it.
        attributes: What is to stand on the person; nothing empty.
        department: Names from the top down; none where the file says nothing.
        roles: Codes of roles.
        head: Full name of the head of the department.
        head_roles: Codes of roles of the head.
        errors: Target -> sentence.
    """

    row: Row
    username: str = ""
    is_username_given: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    department: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    head: str = ""
    head_roles: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        """The e-mail address, or nothing."""
        return self.attributes.get(EMAIL, "")


class PeoplePlan:
    """A mapping bound to the columns of a file of people."""

    def __init__(self, mapping: ImportMapping, headings: Sequence[str]) -> None:
        """Bind the mapping.

        Raises:
            MappingRefused: columns are missing, or targets that people do not have.
        """
        self.mapping = mapping
        sources = bind(mapping, headings)
        problems = _problems(mapping)
        if problems:
            raise MappingRefused(problems)
        self._sources: dict[str, Source] = {source.rule.to: source for source in sources}

    @property
    def key(self) -> str:
        """By what a person is found again."""
        return self.mapping.key[0] if self.mapping.key else USERNAME

    def places_of(self, targets: Sequence[str]) -> tuple[int, ...]:
        """Return the places of the columns that these targets were read from."""
        wanted = {*targets}
        if wanted & {USERNAME, FIRST_NAME, LAST_NAME}:
            wanted |= {FULL_NAME}
        found = (source for to, source in self._sources.items() if to in wanted)
        return tuple(sorted({place for source in found for place in source.places}))

    def read(self, row: Row) -> PersonReading:
        """Return what a row says."""
        texts = {
            to: " ".join(cell_text(source.raw(row)).split()) for to, source in self._sources.items()
        }
        reading = PersonReading(row)
        if sentence := extra_cells(row):
            reading.errors[""] = sentence
        if texts.get(FULL_NAME):
            parts = dict(zip((FIRST_NAME, LAST_NAME), split_name(texts[FULL_NAME]), strict=True))
            texts = parts | {to: text for to, text in texts.items() if text}
        reading.attributes = {to: texts[to] for to in ATTRIBUTES if texts.get(to)}
        reading.username = texts.get(USERNAME, "")
        reading.is_username_given = bool(reading.username)
        if not reading.username:
            reading.username = usual_username(texts.get(FIRST_NAME, ""), texts.get(LAST_NAME, ""))
        if not reading.username:
            reading.errors[USERNAME] = _("This row names nobody.")
        reading.department = self._department(row, texts.get(DEPARTMENT, ""))
        reading.head = texts.get(HEAD, "")
        if reading.head and not reading.department:
            reading.errors[HEAD] = _("This row names a head, but no department.")
        reading.roles = _codes(texts.get(ROLES, ""))
        reading.head_roles = _codes(texts.get(HEAD_ROLES, ""))
        return reading

    def _department(self, row: Row, text: str) -> tuple[str, ...]:
        source = self._sources.get(DEPARTMENT)
        if source is not None and source.rule.path:
            return tuple(source.path(row))
        return tuple(part for part in _PATH_SEPARATOR.split(text) if part)


def usual_username(first_name: str, last_name: str) -> str:
    """Return `first.last` in small Latin letters; nothing for no names."""
    parts = (_latin(first_name), _latin(last_name))
    return ".".join(part for part in parts if part)[:150]


def split_name(full_name: str) -> tuple[str, str]:
    """Return first and last name; everything behind the first word is the last name."""
    first, _space, last = " ".join(full_name.split()).partition(" ")
    return first, last


def propose_people(table: Table) -> ImportMapping:
    """Return a mapping of the columns whose meaning is clear."""
    known = {folded(name): to for to in _USUAL for name in names(_USUAL, to)}
    known |= {folded(to): to for to in TARGETS}
    rules: dict[str, Rule] = {}
    for heading in table.headings:
        to = known.get(folded(heading))
        if to is not None and to not in rules:
            rules[to] = Rule(to=to, column=heading)
    return ImportMapping(rules=tuple(rules.values()), type="user", layout=table.layout)


def _latin(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "", anyascii(name).lower()).strip("-")


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for part in _ROLE_SEPARATOR.split(text) if (code := part.strip()))


def _problems(mapping: ImportMapping) -> list[str]:
    problems = []
    if mapping.type not in {"", "user"}:
        problems.append(
            _("The mapping is for “%(type)s”, not for “%(wanted)s”.")
            % {"type": mapping.type, "wanted": "user"}
        )
    filled: set[str] = set()
    for rule in mapping.rules:
        if rule.to not in TARGETS:
            problems.append(
                _("People have no “%(code)s”. They have: %(known)s.")
                % {"code": rule.to, "known": named(TARGETS)}
            )
        elif rule.to in filled:
            problems.append(_("Two columns go to “%(field)s”. Leave one out.") % {"field": rule.to})
        elif rule.path and rule.to != DEPARTMENT:
            problems.append(_("Only a department has a path."))
        filled.add(rule.to)
    if len(mapping.key) > 1 or not set(mapping.key) <= set(KEYS):
        problems.append(_("People are found by “username” or by “email”."))
    return problems
