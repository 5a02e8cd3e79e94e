"""Django settings. One file for embedded and served: the differences come from `env`."""

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from vigil.config.env import ROOT, env
from vigil.config.faults import SetupFault

SECRET_KEY = env.secret_key
DEBUG = env.is_debug
ALLOWED_HOSTS = list(env.allowed_hosts)
ROOT_URLCONF = "vigil.config.urls"
WSGI_APPLICATION = "vigil.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_vite",
    "axes",
    "csp",
    "ninja",
    "vigil.config",
    "vigil.accounts",
    "vigil.projects",
    "vigil.videos",
    "vigil.registry",
    "vigil.predictions",
    "vigil.annotations",
    "vigil.review",
    "vigil.finding",
    "vigil.active_learning",
    "vigil.snapshots",
    "vigil.retraining",
    "vigil.interop",
    "vigil.gpu",
    "vigil.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vigil.projects.error_pages.VigilErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "platform" / "vigil" / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


CONNECT_WITHIN_S = 5


def _database(url: str) -> dict[str, Any]:
    """Django's description of a PostgreSQL URL; host may be a socket folder, and `?sslmode=...` counts."""
    try:
        parts = dict(conninfo_to_dict(url)) if url else {"dbname": "postgres"}
    except ProgrammingError as error:
        raise SetupFault(
            "DATABASE_URL is not a PostgreSQL URL; write it as postgresql://user:password@host:5432/name"
        ) from error
    pool = {"min_size": 0, "max_size": env.postgres_pool_size, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "postgres"),
        "USER": parts.pop("user", "postgres"),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": CONNECT_WITHIN_S, **parts, "pool": pool},
    }


DATABASES = {"default": _database(env.database_url)}

BLIND_RULE = "vigil.review.double.is_blind_for"
"""Says from whom others' work on a video is hidden; asked wherever annotations and questions are handed out."""

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "locked.html"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
TIME_ZONE = "UTC"
USE_I18N = True
LOCALE_PATHS = [ROOT / "platform" / "vigil" / "locale"]
USE_TZ = True

WORKBENCH_DIST = ROOT / "platform" / "workbench" / "dist"
STATIC_URL = "static/"
STATIC_ROOT = env.home / "static"
STATICFILES_DIRS = [WORKBENCH_DIST] if WORKBENCH_DIST.is_dir() else []
DJANGO_VITE = {"default": {"manifest_path": WORKBENCH_DIST / "manifest.json", "dev_mode": False}}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

VIGIL_HOME = env.home
MEDIA_ROOT = env.home / "media"
FEATURE_STORE = env.home / "features"
FEATURE_STORE_GB = env.feature_store_gb
WEIGHTS_ROOT = env.weights
ARTEFACT_ROOT = env.home / "artefacts"
RUN_ROOT = env.home / "runs"
UPLOAD_MAX_BYTES = 64 * 1024**3
UPLOAD_MAX_FILES = 5000
# One more than ours, so that ours is the one that people read about.
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_MAX_FILES + 1
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024**2
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = str(env.home / "tmp") if (env.home / "tmp").is_dir() else None

CELERY_BROKER_URL = env.broker_url or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "vigil.videos.*": {"queue": "media"},
    "vigil.gpu.*": {"queue": "gpu"},
}
# Each sweep looks for waiting rows, so that a lost message costs a minute and nothing else. A worker also does its own
# sweeps when it starts. A sweep that nobody took within its minute is replaced by the next.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": 60.0, "options": {"queue": queue, "expires": 55}}
    for task, queue in {
        "vigil.videos.tasks.process_next": "media",
        "vigil.interop.tasks.export_next": "default",
        "vigil.gpu.tasks.draft_next": "gpu",
        "vigil.gpu.tasks.prelabel_next": "gpu",
        "vigil.gpu.tasks.train_next": "gpu",
    }.items()
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 6 * 3600, "socket_connect_timeout": 2}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.is_served
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.is_served else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if env.is_served else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.is_served
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in env.allowed_hosts] if env.is_served else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"vigil": {"level": "INFO"}, "ml": {"level": "INFO"}},
}
