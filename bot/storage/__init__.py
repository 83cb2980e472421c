"""SQLAlchemy tables, repositories, encryption at rest and Alembic migrations."""
