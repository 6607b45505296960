"""Catalogues: compile them, and prove that every string has its Russian.

`compile` needs nothing but Babel. `check` extracts the strings of a copy of the
source by makemessages (gettext's tools) and compares: the work tree stays as it is.
`update` lets makemessages rewrite the catalogues in place, for whoever translates.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["config", "crm", "automation", "smart_processes", "accounts"]
LANGUAGE = "ru"
# makemessages looks at scripts as another domain, served to the browser by Django.
DOMAINS = ["django", "djangojs"]


def main() -> int:
    """Do what the first argument names; return the exit code."""
    match sys.argv[1:]:
        case ["compile"]:
            compile_catalogues()
            return 0
        case ["check"]:
            return report(list(faults()))
        case ["update"]:
            for package in PACKAGES:
                extract(ROOT / package)
            return 0
    print("usage: translations.py compile|check|update", file=sys.stderr)
    return 2


def compile_catalogues() -> None:
    """Write the .mo beside every .po that is newer."""
    for package in PACKAGES:
        for source in (ROOT / package).glob("locale/*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as text, target.open("wb") as binary:
                write_mo(binary, read_po(text))


def faults() -> Iterator[str]:
    """Yield a line for each string without a finished translation."""
    with tempfile.TemporaryDirectory() as copy:
        for package in PACKAGES:
            target = Path(copy) / package
            shutil.copytree(ROOT / package, target, ignore=shutil.ignore_patterns("*.mo"))
            extract(target)
            for catalogue in sorted(target.glob(f"locale/{LANGUAGE}/LC_MESSAGES/*.po")):
                for entry in polib.pofile(str(catalogue)):
                    if entry.obsolete or (entry.translated() and not entry.fuzzy):
                        continue
                    state = "fuzzy" if entry.fuzzy else "missing"
                    place = entry.occurrences[0][0] if entry.occurrences else catalogue.name
                    yield f"{state}: {package}/{place}: {entry.msgid!r}"


def extract(package: Path) -> None:
    """Let makemessages bring a package's catalogues up to date with its source."""
    (package / "locale").mkdir(exist_ok=True)
    for domain in DOMAINS:
        subprocess.run(
            [
                # Not `python -m django`: in config/ that would import our logging.py as Python's.
                *(Path(sys.executable).with_name("django-admin"), "makemessages"),
                *("--locale", LANGUAGE, "--domain", domain, "--no-wrap"),
                *("--no-obsolete", "--add-location", "file", "--ignore", "tests"),
            ],
            cwd=package,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def report(found: list[str]) -> int:
    if found:
        print("\n".join(found))
        print(f"{len(found)} strings without Russian; `make translations` adds them to the files.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
