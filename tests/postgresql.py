"""A database of its own on a real PostgreSQL server, for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url


@contextmanager
def fresh_database(server: str, template: str = "template1") -> Iterator[str]:
    """A copy of a database on the server at this URL, dropped afterwards; its async URL."""
    name = f"tutor_{uuid4().hex}"
    admin = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        made = make_url(server).set(drivername="postgresql+asyncpg", database=name)
        yield made.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.dispose()


def name_of(url: str) -> str:
    """The name of the database at a URL."""
    return make_url(url).database or ""
