"""Migrations of the database, run by Alembic. Versions are only ever added."""
