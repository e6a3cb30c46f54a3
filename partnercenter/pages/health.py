"""Whether the portal lives, and whether it is ready to serve."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, is migrated, and finds Chinese by trigrams."""
    checks = {"database": _database, "migrations": _migrations, "chinese_search": _trigrams}
    results = {name: _holds(check) for name, check in checks.items()}
    status = 200 if all(results.values()) else 503
    return JsonResponse(results, status=status)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _trigrams() -> bool:
    """With LC_CTYPE C trigrams of Chinese are empty, and search would find nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('云启科技'))")
        [count] = cursor.fetchone()
    return bool(count)
