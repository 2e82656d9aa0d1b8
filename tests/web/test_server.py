"""The web server: who is let in, what Telegram is told, and what whoever watches reads."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clocks import MovingClock
from tutor_bot.storage import Storage
from tutor_bot.usecases.watching import Watching
from tutor_bot.web import NotTakenError, PrometheusMeter, Web, Webhook
from tutor_bot.web.server import LARGEST, SECRET_HEADER

SECRET = "a-secret_of-42"
UPDATE = {"update_id": 7, "message": {"text": "who was trotsky"}}


class Desk:
    """Takes updates, or does not."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.fails = False
        self.not_ready: str | None = None

    async def take(self, data: dict[str, Any]) -> None:
        if self.fails:
            raise NotTakenError("the disk is full")
        self.taken.append(data)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def storage(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Storage]:
    """SQLite's: what is tried here lies in front of the database, whichever it is."""
    made = Storage(f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'tutor.db')}")
    yield made
    await made.close()


@pytest.fixture
async def client(desk: Desk, storage: Storage, clock: MovingClock) -> AsyncIterator[httpx.AsyncClient]:
    webhook = Webhook("https://example.org/telegram", SECRET, desk.take)
    web = Web(
        ("127.0.0.1", 0),
        watching=Watching(storage, clock),
        meter=PrometheusMeter(),
        not_ready=lambda: desk.not_ready,
        webhook=webhook,
    )
    await web.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web.port}") as client:
        yield client
    await web.stop()


async def test_an_update_is_taken_before_telegram_is_told(client: httpx.AsyncClient, desk: Desk) -> None:
    answer = await client.post("/telegram", json=UPDATE, headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 200
    assert desk.taken == [UPDATE]


async def test_what_could_not_be_stored_is_to_come_again(client: httpx.AsyncClient, desk: Desk) -> None:
    desk.fails = True
    assert (await client.post("/telegram", json=UPDATE, headers={SECRET_HEADER: SECRET})).status_code == 503


@pytest.mark.parametrize("given", [None, "", "another", SECRET[:-1], SECRET + "x", "ä"])
async def test_without_the_secret(client: httpx.AsyncClient, desk: Desk, given: str | None) -> None:
    """Nothing is read of a call by anybody else."""
    headers = [] if given is None else [(SECRET_HEADER.encode(), given.encode())]
    answer = await client.post("/telegram", content=json.dumps(UPDATE), headers=headers)
    assert answer.status_code == 403
    assert answer.content == b""
    assert desk.taken == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"update_id": "7"}', 400),
        (b'{"message": {}}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b" " * (LARGEST + 1), 413),
    ],
)
async def test_bodies_that_are_no_update(client: httpx.AsyncClient, desk: Desk, body: bytes, status: int) -> None:
    answer = await client.post("/telegram", content=body, headers={SECRET_HEADER: SECRET})
    assert answer.status_code == status
    assert desk.taken == []


async def test_a_body_that_does_not_tell_its_size(client: httpx.AsyncClient, desk: Desk) -> None:
    """Sent in pieces it is measured as it comes."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * (LARGEST // 32)

    answer = await client.post("/telegram", content=pieces(), headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 413
    assert desk.taken == []


async def test_other_ways_in(client: httpx.AsyncClient, desk: Desk) -> None:
    """Only POST and only this path."""
    assert (await client.get("/telegram", headers={SECRET_HEADER: SECRET})).status_code == 405
    assert (await client.post("/", json=UPDATE, headers={SECRET_HEADER: SECRET})).status_code == 404
    assert "server" not in (await client.get("/healthz")).headers
    assert desk.taken == []


async def test_health(client: httpx.AsyncClient, desk: Desk) -> None:
    """Alive from the start; ready only while updates are acted on."""
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200
    desk.not_ready = "Telegram has not been reached yet"
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "Telegram has not been reached yet\n")
    assert (await client.get("/healthz")).status_code == 200


async def test_a_database_that_cannot_be_written(migrated_file: Path, clock: MovingClock) -> None:
    """Not ready, and said so."""
    storage = Storage(f"sqlite+aiosqlite:///file:{migrated_file}?mode=ro&uri=true")
    web = Web(("127.0.0.1", 0), watching=Watching(storage, clock), meter=PrometheusMeter(), not_ready=lambda: None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=web.app), base_url="http://bot") as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "the database does not answer\n")
    await storage.close()


async def test_figures(client: httpx.AsyncClient, storage: Storage) -> None:
    """What waits and what was counted, in a form that Prometheus reads; no name, no id, no word."""
    text = (await client.get("/metrics")).text
    for name in (
        "tutor_update_seconds_bucket",
        "tutor_too_many_requests_total",
        "tutor_inbox_waiting",
        "tutor_outbox_waiting",
        "tutor_learners_due",
        "tutor_unknown_questions",
        "process_resident_memory_bytes",
    ):
        assert name in text
