"""The two statements that SQLite and PostgreSQL share only in spirit."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def _insert(dialect: str, table: Table) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


# Statements are made once and run with parameters: to make one takes longer than to run it.


@cache
def _inserting(dialect: str, table: Table, returning: tuple[Column[Any], ...]) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing().returning(*returning)


@cache
def _upserting(dialect: str, table: Table, names: tuple[str, ...], key: tuple[str, ...], returning: Column[Any]) -> Any:
    statement = _insert(dialect, table)
    changed = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed).returning(returning)


async def insert_or_ignore(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], returning: Column[Any]
) -> Any:
    """The new row's `returning` column, or None when a unique key says that it is there already."""
    statement = _inserting(connection.dialect.name, table, (returning,))
    return (await connection.execute(statement, dict(values))).scalar_one_or_none()


async def insert_all_or_ignore(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *returning: Column[Any]
) -> Sequence[Any]:
    """Insert many rows at once; the `returning` columns of those that were not there already."""
    if not rows:
        return []
    statement = _inserting(connection.dialect.name, table, returning)
    return (await connection.execute(statement, list(rows))).all()


async def upsert(
    connection: AsyncConnection,
    table: Table,
    values: Mapping[str, Any],
    key: Sequence[str],
    returning: Column[Any],
) -> Any:
    """Insert, or change the row with this key to these values; its `returning` column."""
    statement = _upserting(connection.dialect.name, table, tuple(values), tuple(key), returning)
    return (await connection.execute(statement, dict(values))).scalar_one()
