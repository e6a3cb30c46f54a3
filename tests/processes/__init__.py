"""Real Celery processes on real Valkey and PostgreSQL."""
