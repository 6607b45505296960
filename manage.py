#!/usr/bin/env python3
"""Run a management command; the embedded settings unless DJANGO_SETTINGS_MODULE says otherwise."""

from __future__ import annotations

import sys

from django.core.management import execute_from_command_line

from config import env

if __name__ == "__main__":
    env.default_settings("config.settings.embedded")
    execute_from_command_line(sys.argv)
