"""What all tables share: naming of constraints, the type of an id, and the mapping to plain classes."""

from __future__ import annotations

from sqlalchemy import MetaData, String
from sqlalchemy.orm import registry

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
ID = String(32)

mapper_registry = registry(metadata=metadata)
