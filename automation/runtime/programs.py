"""Compiled programs, kept by the process: a published version never changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from automation.engine.compiled import Program
from automation.engine.program import parse_program
from automation.models import ProgramVersion


@dataclass(frozen=True)
class Published:
    """A version, ready to run."""

    sha256: str
    code: str
    name: str
    program: Program


@lru_cache(maxsize=2_000)  # a large company has some hundreds of rules
def published(sha256: str) -> Published:
    """Return a version (one query, the first time).

    Raises:
        ProgramVersion.DoesNotExist: there is none.
    """
    version = ProgramVersion.objects.select_related("program").get(pk=sha256)
    program = version.program
    return Published(sha256, program.code, program.name, parse_program(version.body))
