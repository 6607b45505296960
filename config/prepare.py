"""What has to be true before the processes of an embedded system start.

Run as `python -m config.prepare`: tables, static files and, in an empty system, the demo.
Standard output carries what the supervisor shows under the address: the demo's logins.
Progress goes to standard error.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command, get_commands

from config import env


def main() -> None:
    """Bring the database and the static files to this version; print what takes long."""
    env.default_settings("config.settings.embedded")
    django.setup()
    say("database")
    call_command("migrate", verbosity=0, interactive=False)
    collect_static_files()
    if "load_demo" in get_commands():
        say("demo")
        call_command("load_demo")  # leaves a system alone that has anything in it


def collect_static_files() -> None:
    """Collect, hash and compress them; skipped while no source changed, because it takes long."""
    stamp = Path(settings.STATIC_ROOT) / ".sources.sha256"
    wanted = static_sources()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say("static files")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted)


def static_sources() -> str:
    """Return a digest of the names, sizes and times of all static files."""
    whole = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            # Every storage that a finder yields is a folder of this machine.
            about = Path(storage.path(name)).stat()
            whole.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return whole.hexdigest()


def say(step: str) -> None:
    print(f"up: {step}", file=sys.stderr, flush=True)  # noqa: T201  # read on a terminal


if __name__ == "__main__":
    main()
