"""The two statements that SQLite and PostgreSQL share only in spirit."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def _insert(connection: AsyncConnection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


async def insert_or_ignore(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], returning: Column[Any]
) -> Any:
    """The new row's `returning` column, or None when a unique key says that it is there already."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing().returning(returning)
    return (await connection.execute(statement)).scalar_one_or_none()


async def insert_all_or_ignore(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *returning: Column[Any]
) -> Sequence[Any]:
    """Insert many rows at once; the `returning` columns of those that were not there already."""
    if not rows:
        return []
    # As parameters, not as one long VALUES: that would be compiled anew each time.
    statement = _insert(connection, table).on_conflict_do_nothing().returning(*returning)
    return (await connection.execute(statement, list(rows))).all()


async def upsert(
    connection: AsyncConnection,
    table: Table,
    values: Mapping[str, Any],
    key: Sequence[str],
    returning: Column[Any],
) -> Any:
    """Insert, or change the row with this key to these values; its `returning` column."""
    statement = _insert(connection, table).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in key}
    statement = statement.on_conflict_do_update(index_elements=list(key), set_=changed).returning(returning)
    return (await connection.execute(statement)).scalar_one()
