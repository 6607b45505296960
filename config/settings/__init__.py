"""DJANGO_SETTINGS_MODULE names one of: embedded, dev, test, production."""
