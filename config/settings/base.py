"""Settings common to every environment, one block per subsystem."""

from __future__ import annotations

import logging
from pathlib import Path

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from config import env
from config.beat import BEAT_SCHEDULE
from config.settings import configuration_pages

django_stubs_ext.monkeypatch()  # forms, admins and views may name their model as type parameter

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Where a running system keeps its files; another folder gives another, separate system.
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")

# --- applications -------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "django_fsm",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "template_partials",
    "heroicons",
    "django_filters",
    "rest_framework",
    "django_celery_beat",
    "django_structlog",
    "health_check",
    "csp",
    "accounts",
    "smart_processes",
    "automation",
    "crm",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonalMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.csp.PolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInAgainMiddleware",
    "crm.web.errors.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEBUG = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,  # template_partials replaces the loaders by its own at start
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "crm.web.navigation.navigation",
            ],
        },
    },
]

# --- people -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.sign_in.WithDepartment",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are made by an administrator, not by themselves
ACCOUNT_ADAPTER = "accounts.sign_in.InvitedOnly"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no letters to addresses that strangers type in
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None  # the sign-in form asks
MFA_ADAPTER = "accounts.sign_in.SecondStep"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Roles belong to people of this company; a visitor without a sign-in sees nothing.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False  # grants are asked of accounts.access alone
# guardian misses its backend; it would answer per record, which accounts.access does by scope.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# --- languages and time -------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "config" / "static",
    # Third-party files, copied out of node_modules by scripts/setup.py.
    ("vendor", BASE_DIR / "var" / "vendor"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Uploads have no address of their own: a view hands them out after asking `access`.
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media-is-not-served/"
FILE_UPLOAD_PERMISSIONS = 0o640
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_BYTES", 25 * 1024 * 1024)  # of one file of a record
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes of a form without its files

# --- letters ------------------------------------------------------------------------------
# Links in letters lead there: a worker sends them, which no browser has told its address.
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000")

# --- safety -------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # Stage colours are `style="--stage: ..."` attributes.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- Celery -------------------------------------------------------------------------------
# A message is a nudge ("something is due"), the database is what lasts. So results are not
# kept, and a message lost with its worker costs nothing but a sweep's interval.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Once more, because the connection may be an old one; then the sweep does it. Somebody waits.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
# Bulk changes, imports and exports take minutes. In a lane of their own they hold up no robot,
# no timer and no letter. A worker that is started without -Q serves both.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("celery", "jobs")]
CELERY_TASK_ROUTES = {"smart_processes.tasks.run_job": {"queue": "jobs"}}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# --- automation -----------------------------------------------------------------------------
# Hosts and networks inside our own that programs may call, for example `10.1.0.0/16,erp.local`.
AUTOMATION_HTTP_ALLOWED = env.listing("AUTOMATION_HTTP_ALLOWED")
# Days for which runs that ended, their journals and decisions are kept; 0: for ever.
AUTOMATION_HISTORY_DAYS = env.integer("AUTOMATION_HISTORY_DAYS", 365)
# The mailbox that triggers read: imaps://user:password@host/INBOX; empty: none.
IMAP_URL = env.text("IMAP_URL")

# --- other libraries ----------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# A board's stream of changes is cut off whenever somebody leaves the page.
DJANGO_STRUCTLOG_REQUEST_CANCELLED_LOG_LEVEL = logging.INFO
UNFOLD = configuration_pages.UNFOLD
