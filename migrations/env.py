"""How Alembic reaches the database; the program and developers both come through here."""

from alembic import context
from sqlalchemy import create_engine, event, pool
from sqlalchemy.engine import make_url

from tutor_bot.storage.engine import NOTICES_OUR_END
from tutor_bot.storage.replica import ADVISORY_LOCKS, MIGRATING
from tutor_bot.storage.schema import metadata

config = context.config


def run() -> None:
    """Migrate in one transaction, with SQLite's own transaction control off so that it is one."""
    url = make_url(config.get_main_option("sqlalchemy.url") or "")
    options = " ".join(f"-c {name}={value}" for name, value in NOTICES_OUR_END.items())
    arguments = {} if url.get_backend_name() == "sqlite" else {"options": options}
    engine = create_engine(url, poolclass=pool.NullPool, connect_args=arguments)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def connected(connection, _record):  # type: ignore[no-untyped-def]
            connection.isolation_level = None
            # A table that is made anew leaves its old pages behind, with everybody's names in them.
            connection.execute("PRAGMA secure_delete=ON")

        @event.listens_for(engine, "begin")
        def began(connection):  # type: ignore[no-untyped-def]
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    else:

        @event.listens_for(engine, "connect")
        def alone(connection, _record):  # type: ignore[no-untyped-def]
            # Several replicas may start at once: one migrates, the others wait and find it done.
            connection.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCKS}, {MIGRATING})")
            connection.commit()

    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
