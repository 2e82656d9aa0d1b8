from pathlib import Path

import pytest

from tutor_bot.settings import PREFIX, Settings, SettingsError, read


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings from outside: another folder, an empty environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN", "not a token"),
        ("TOKEN", "123:"),
        ("TOKEN", "123:a/b"),
        ("API_URL", "ftp://example.org"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "some-file.db"),
        ("CONTENT", "/nowhere/at/all"),
        ("TIMEZONE", "Mars/Base"),
        ("TIMEZONE", "../etc/passwd"),
        ("CURATORS", "amina"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("WEBHOOK_URL", "http://example.org/telegram"),
        ("WEBHOOK_URL", "https://example.org"),
        ("WEBHOOK_URL", "https://example.org/metrics"),
        ("WEBHOOK_SECRET", "with spaces"),
        ("WEBHOOK_SECRET", "x" * 257),
        ("LISTEN", "9999"),
        ("LISTEN", "localhost:http"),
        ("LISTEN", "localhost:99999"),
        ("PAID_BROADCAST", "29"),
        ("PAID_BROADCAST", "1001"),
        ("PAID_BROADCAST", "60.5"),
        ("PAID_BROADCAST", "as many as there are"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The line names the setting and what it may be, and does not repeat a secret."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as raised:
        read()
    assert str(raised.value).startswith(PREFIX + name)
    assert "\n" not in str(raised.value)
    assert value not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////data/tutor.db", "sqlite+aiosqlite:////data/tutor.db"),
        ("sqlite:///tutor.db", "sqlite+aiosqlite:///tutor.db"),
        ("sqlite+aiosqlite:////data/100%.db", "sqlite+aiosqlite:////data/100%.db"),
        ("postgresql://tutor@db/tutor", "postgresql+asyncpg://tutor@db/tutor"),
        ("postgres://tutor@db/tutor", "postgresql+asyncpg://tutor@db/tutor"),
    ],
)
def test_plain_database_urls(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    """A URL without a driver gets the one that we use."""
    monkeypatch.setenv(PREFIX + "DATABASE_URL", given)
    assert read().database_url == used


def test_a_dot_env_file(tmp_path: Path) -> None:
    """Settings may stand in a file `.env`, with other programs' settings beside them."""
    (tmp_path / ".env").write_text("TUTOR_BOT_TOKEN=123:abc\nTUTOR_BOT_CURATORS=1, 2\nOTHER=x\n")
    settings = read()
    assert settings.token
    assert settings.token.get_secret_value() == "123:abc"
    assert settings.curators == {1, 2}
    assert "abc" not in repr(settings)


def test_defaults_need_nothing() -> None:
    """Without any setting all but `run` works."""
    settings = read()
    assert settings.token is None
    assert settings.database_url.startswith("sqlite+aiosqlite:///")
    assert settings.timezone.key == "UTC"


@pytest.mark.parametrize(("given", "used"), [("", None), ("30", 30), ("1000", 1000)])
def test_paid_broadcast(monkeypatch: pytest.MonkeyPatch, given: str, used: int | None) -> None:
    """Nobody pays who has not said so."""
    assert read().paid_broadcast is None
    monkeypatch.setenv(PREFIX + "PAID_BROADCAST", given)
    assert read().paid_broadcast == used


def test_a_webhook_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could bring anything to a bot that does not listen."""
    monkeypatch.setenv(PREFIX + "WEBHOOK_URL", "https://example.org/telegram")
    with pytest.raises(SettingsError, match="TUTOR_BOT_LISTEN"):
        read()
    monkeypatch.setenv(PREFIX + "LISTEN", "[::1]:8080")
    assert read().listen == ("::1", 8080)


def test_a_secret_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derived from the token, alike in every replica, and telling nothing of it."""
    monkeypatch.setenv(PREFIX + "TOKEN", "42:AAsecret")
    assert read().secret == read().secret
    assert "AAsecret" not in read().secret
    monkeypatch.setenv(PREFIX + "WEBHOOK_SECRET", "own-one")
    assert read().secret == "own-one"
