"""The program as a process, against a loopback server that answers as Telegram would."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.content.test_loader import write
from tests.fake_telegram import TUTOR, a_message

TOKEN = "42:AAsecret-token_value"


class Servers(ThreadingHTTPServer):
    """Hands out `updates` once; `refuses` answers 401 to everything, `breaks` 500 to sendMessage."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.updates: list[Any] = []
        self.refuses = self.breaks = False
        self.sent: queue.Queue[str] = queue.Queue()
        self.webhook: queue.Queue[bytes] = queue.Queue()
        self.polled = threading.Event()
        self.answered = threading.Event()
        self.closing = threading.Event()

    def handle_error(self, *_: Any) -> None:
        """Whoever has stopped hears no answer."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Servers

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method = self.path.rsplit("/", 1)[-1]
        servers = self.server
        if servers.refuses:
            return self._say(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        if method == "getUpdates":
            updates, servers.updates = servers.updates, []
            servers.polled.set()
            if not updates:
                servers.closing.wait(30)
            return self._say(200, {"ok": True, "result": updates})
        if method == "sendMessage":
            servers.sent.put(method)
            servers.answered.set()
            if servers.breaks:
                return self._say(500, {"ok": False, "error_code": 500, "description": "Internal Server Error"})
            message = a_message("answer")["message"]
            return self._say(200, {"ok": True, "result": message})
        if method == "setWebhook":
            servers.webhook.put(body)
        return self._say(200, {"ok": True, "result": TUTOR if method == "getMe" else True})

    def _say(self, code: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def servers() -> Iterator[Servers]:
    made = Servers()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.closing.set()
    made.shutdown()
    thread.join()
    made.server_close()


def start(folder: Path, address: str, environment: dict[str, str] | None = None, **more: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TUTOR_BOT_")}
    settings = {
        "TUTOR_BOT_TOKEN": TOKEN,
        "TUTOR_BOT_API_URL": address,
        "TUTOR_BOT_DATABASE_URL": f"sqlite:///{folder}/tutor.db",
        "TUTOR_BOT_LOG_LEVEL": "DEBUG",
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tutor_bot", "run"],
        env=clean | settings | (environment or {}),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("breaks", [False, True])
def test_it_answers_and_stops_on_sigterm(servers: Servers, tmp_path: Path, breaks: bool) -> None:
    """A question is answered, SIGTERM ends it cleanly, and no log line holds the token, errors or not."""
    servers.breaks = breaks
    servers.updates = [{"update_id": 1, **a_message("who was trotsky")}]
    process = start(tmp_path, servers.address)
    assert servers.answered.wait(30)
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "AAsecret" not in log
    assert "serving as @tutor_bot" in log
    assert "who was trotsky" not in log


def test_a_wrong_token_ends_in_one_line(servers: Servers, tmp_path: Path) -> None:
    """Telegram's refusal is told without the token that was refused."""
    servers.refuses = True
    process = start(tmp_path, servers.address)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "TUTOR_BOT_TOKEN" in log.splitlines()[-1]
    assert "AAsecret" not in log
    assert "Traceback" not in log


def test_a_telegram_that_cannot_be_reached(tmp_path: Path) -> None:
    """The bot waits for the network, says so, and still stops at once when told to."""
    process = start(tmp_path, "http://127.0.0.1:9")
    until_logged(process, "cannot be reached")
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "AAsecret" not in log


def until_logged(process: subprocess.Popen[str], words: str) -> str:
    """The first log line with these words."""
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"no line with {words!r}")


def test_content_is_loaded_anew_on_sighup(servers: Servers, tmp_path: Path) -> None:
    """SIGHUP loads the packs anew; a fault keeps the old ones in force and says where it is."""
    packs = write(tmp_path / "packs")
    topic = packs / "demo" / "topics" / "01.yaml"
    good = topic.read_text(encoding="utf-8")
    process = start(tmp_path, servers.address, TUTOR_BOT_CONTENT=str(packs))
    until_logged(process, "serving as")
    topic.write_text(good.replace("answer:", "anwser:"), encoding="utf-8")
    process.send_signal(signal.SIGHUP)
    until_logged(process, "the old one stays in force")
    until_logged(process, "01.yaml:")
    topic.write_text(good, encoding="utf-8")
    process.send_signal(signal.SIGHUP)
    until_logged(process, "content reloaded: 1 facts")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)
    assert process.returncode == 0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_by_webhook(servers: Servers, tmp_path: Path) -> None:
    """The webhook is set with a secret that is not the token; what Telegram brings is answered, twice brought once."""
    address = f"127.0.0.1:{free_port()}"
    url = f"http://{address}/telegram"
    process = start(tmp_path, servers.address, TUTOR_BOT_WEBHOOK_URL=url, TUTOR_BOT_LISTEN=address)
    told = parse_qs(servers.webhook.get(timeout=30).decode())
    [secret] = told["secret_token"]
    assert told["url"] == [url]
    assert "AAsecret" not in secret
    update = {"update_id": 1, **a_message("who was trotsky")}
    for _ in range(2):
        answer = httpx.post(url, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret})
        assert answer.status_code == 200
    assert servers.answered.wait(30)
    assert httpx.post(url, json=update | {"update_id": 2}).status_code == 403
    assert httpx.get(f"http://{address}/readyz").text == "ready\n"
    assert 'tutor_updates_total{kind="message"} 1.0' in httpx.get(f"http://{address}/metrics").text
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=15)
    assert process.returncode == 0
    assert servers.sent.qsize() == 1
    assert not servers.polled.is_set()
    assert secret not in log


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_replicas_by_webhook(servers: Servers, tmp_path: Path, database_url: str) -> None:
    """Either takes what Telegram brings, it is answered once, and when the leader ends the other leads."""
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    processes = [
        start(
            tmp_path,
            servers.address,
            TUTOR_BOT_DATABASE_URL=database_url.replace("+asyncpg", ""),
            TUTOR_BOT_WEBHOOK_URL=f"http://{addresses[0]}/telegram",
            TUTOR_BOT_WEBHOOK_SECRET="a-secret",
            TUTOR_BOT_LISTEN=address,
        )
        for address in addresses
    ]
    leads = {until_logged(process, "replica").split(", ")[-1].strip(): place for place, process in enumerate(processes)}
    assert set(leads) == {"leading", "following"}
    for number, address in enumerate(addresses * 2):
        update = {"update_id": number, **a_message("who was trotsky")}
        secret = {"X-Telegram-Bot-Api-Secret-Token": "a-secret"}
        assert httpx.post(f"http://{address}/telegram", json=update, headers=secret).status_code == 200
    for _ in range(4):
        servers.sent.get(timeout=30)
    [leader], [other] = [[processes[leads[role]]] for role in ("leading", "following")]
    figures = [httpx.get(f"http://{address}/metrics").text for address in addresses]
    assert ["\ntutor_replicas 2.0\n" in told for told in figures] == [True, True]
    assert sum("\ntutor_leads 1.0\n" in told for told in figures) == 1
    leader.terminate()
    until_logged(other, "leading")
    other.terminate()
    for process in processes:
        process.communicate(timeout=15)
        assert process.returncode == 0
    assert servers.sent.empty()


def test_an_address_in_use(servers: Servers, tmp_path: Path) -> None:
    """Said in one line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, servers.address, TUTOR_BOT_LISTEN=f"127.0.0.1:{taken.getsockname()[1]}")
        _, log = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "TUTOR_BOT_LISTEN cannot be used" in log.splitlines()[-1]
    assert "Traceback" not in log
