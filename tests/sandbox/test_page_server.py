"""The page's side of the server: the stream, what can be done, and what is told when it cannot."""

import json
from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, BEN, CLARA, Desk


async def open_stream(served: Desk) -> Any:
    """The first event of a new page."""
    async with served.http.stream("GET", "/page/events") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended at once")


async def test_a_new_page_gets_everything(served: Desk) -> None:
    """Two learners, a teacher and their class; all have said hello."""
    seen = await open_stream(served)
    assert [person["first_name"] for person in seen["people"]] == ["Amina", "Ben", "Clara"]
    assert [m["text"] for m in seen["messages"][str(AMINA)]] == ["/start"]
    group = next(chat for chat in seen["chats"] if chat["type"] == "group")
    assert group["members"] == {"101": "member", "102": "member", "103": "creator", "1000001": "member"}


@pytest.mark.parametrize(
    ("what", "given", "words"),
    [
        ("say", {"person": AMINA, "chat": AMINA, "text": " "}, "nothing to send"),
        ("say", {"person": AMINA, "chat": AMINA, "text": "x" * 4097}, "4096 characters"),
        ("say", {"person": AMINA, "chat": BEN, "text": "x"}, "no such chat"),
        ("say", {"person": 9, "chat": 9, "text": "x"}, "no such person"),
        ("press", {"person": AMINA, "chat": AMINA, "message": 1, "data": "x"}, "not found"),
        ("new_person", {"name": "  "}, "1 to 64 characters"),
        ("new_group", {"owner": AMINA, "title": "", "members": []}, "1 to 64 characters"),
        ("set_member", {"person": AMINA, "chat": AMINA, "whom": BEN, "status": "member"}, "no such group"),
        ("migrate", {"person": CLARA, "chat": CLARA}, "no such group"),
        ("jump", {"to": "yesterday"}, "cannot be moved there"),
        ("jump", {"to": "daily"}, "nobody has chosen a daily quiz"),
        ("dance", {}, "cannot be done"),
        ("say", {"nonsense": 1}, "cannot be done"),
    ],
)
async def test_what_cannot_be_done(desk: Desk, what: str, given: dict[str, Any], words: str) -> None:
    """A deed that makes no sense is answered in words, and changes nothing."""
    before = {chat.id: dict(chat.messages) for chat in desk.world.chats.values()}
    assert words in (await desk.do(what, **given))["problem"]
    assert {chat.id: dict(chat.messages) for chat in desk.world.chats.values()} == before


async def test_deeds_that_are_no_json(desk: Desk) -> None:
    for content in (b"{", b"[]", b"\xff"):
        assert (await desk.http.post("/page/do", content=content)).status_code == 400


async def test_edits_reach_the_bot(desk: Desk) -> None:
    """One's own text can be edited, which the bot hears, and deleted, which it does not."""
    said = desk.people.say(AMINA, AMINA, "who was krov")
    here = {"person": AMINA, "chat": AMINA, "message": said["message_id"]}
    await desk.do("edit", text="who was kirov", **here)
    assert (await desk.updates())[-1]["edited_message"]["text"] == "who was kirov"
    await desk.do("delete", **here)
    assert await desk.updates() == []


async def test_the_clock_is_moved(desk: Desk) -> None:
    """A jump moves the time that messages carry."""
    before = desk.people.say(AMINA, AMINA, "today")["date"]
    await desk.do("jump", to="day")
    assert desk.people.say(AMINA, AMINA, "tomorrow")["date"] == before + 86_400


async def test_reset(desk: Desk) -> None:
    """After a reset everything is as at the start; what the bot had not heard is forgotten."""
    desk.people.new_person("Dewi")
    desk.people.say(AMINA, AMINA, "before")
    desk.sandbox.reset()
    texts = [u["message"].get("text") for u in await desk.updates() if "message" in u]
    assert [text for text in texts if text] == ["/start"] * 3
    assert len(desk.world.people) == 3


async def test_nothing_foreign_is_shown_in_the_page(desk: Desk) -> None:
    """The page may load nothing from elsewhere and run nothing but its own files; uploads are downloads."""
    page = await desk.http.get("/")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert "http" not in page.text.replace("http-equiv", "")
    await desk.http.post(f"/page/attach?person={AMINA}&chat={AMINA}&name=x.html", content=b"<script>1</script>")
    file = next(iter(desk.world.files))
    sent = await desk.http.get(f"/page/files/{file}")
    assert sent.headers["content-disposition"] == "attachment"
    assert (await desk.http.get("/page/files/nope")).status_code == 404


async def test_a_file_too_big(desk: Desk) -> None:
    sent = await desk.http.post(f"/page/attach?person={AMINA}&chat={AMINA}", content=b"x" * 20_000_001)
    assert sent.status_code == 413
