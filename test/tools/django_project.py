#!/usr/bin/python3
"""Migrate a database with Django itself.

    django_project.py FOLDER DATABASE [APP NAME]

FOLDER holds the application `shop`. With APP and NAME nothing is migrated, and
the SQL of that migration is printed. Ends with status 3 when Django is not
there.
"""
import sys

try:
    import django
    from django.conf import settings
except ImportError:
    sys.exit(3)

sys.path.insert(0, sys.argv[1])
settings.configure(
    INSTALLED_APPS=["shop"], USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                           "NAME": sys.argv[2]}})
django.setup()
from django.core.management import call_command  # noqa: E402

if len(sys.argv) > 3:
    call_command("sqlmigrate", sys.argv[3], sys.argv[4])
else:
    call_command("migrate", verbosity=0)
