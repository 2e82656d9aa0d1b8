"""The Bot API of the sandbox: what it takes, what it refuses and in which words."""

import asyncio
import base64
import socket
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import AMINA, BEN, CLARA, Desk
from tests.sandbox.test_page_server import open_stream
from tutor_bot.sandbox import TOKEN, PortInUseError, Sandbox
from tutor_bot.sandbox.world import BOT_ID

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
QUIZ = {"question": "Who?", "options": ["Amina", "Ben", "Clara"], "type": "quiz", "is_anonymous": False}


def keys(data: str = "x", text: str = "Press") -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data}]]}


@pytest.mark.parametrize(
    ("method", "parameters", "code", "words"),
    [
        ("sendMessage", {"chat_id": 1, "text": "x"}, 400, "chat not found"),
        ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
        ("sendMessage", {"chat_id": AMINA, "text": " \n"}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": AMINA, "text": "x" * 4097}, 400, "message is too long"),
        ("sendMessage", {"chat_id": AMINA, "text": "<b>x", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ("sendMessage", {"chat_id": AMINA, "text": "x", "reply_markup": keys("ä" * 33)}, 400, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"chat_id": AMINA, "text": "x", "reply_markup": keys(text=" ")}, 400, "must be non-empty"),
        ("sendMessage", {"chat_id": AMINA, "text": "x", "reply_markup": keys("")}, 400, "text buttons are unallowed"),
        ("sendMessage", {"chat_id": AMINA, "text": "x", "reply_markup": "{"}, 400, "can't parse reply_markup JSON"),
        (
            "sendMessage",
            {"chat_id": AMINA, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "u", "url": "nope"}]]}},
            400,
            "Wrong HTTP URL",
        ),
        (
            "sendMessage",
            {"chat_id": AMINA, "text": "x", "reply_parameters": {"message_id": 1}},
            400,
            "message to be replied not found",
        ),
        ("editMessageText", {"chat_id": AMINA, "text": "x"}, 400, "message identifier is not specified"),
        ("editMessageText", {"chat_id": AMINA, "message_id": 1, "text": "x"}, 400, "message to edit not found"),
        ("deleteMessage", {"chat_id": AMINA, "message_id": 1}, 400, "message to delete not found"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old and response timeout expired"),
        ("sendPoll", QUIZ | {"chat_id": AMINA}, 400, "correct quiz option list must be non-empty"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "correct_option_ids": [7]}, 400, "wrong quiz correct_option_id"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "correct_option_ids": [1, 0]}, 400, "must be increasing"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "correct_option_ids": [0, 1]}, 400, "allows_multiple_answers"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "question": "x" * 301}, 400, "must not exceed 300"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "options": ["x" * 101, "y"]}, 400, "must not exceed 100"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "options": [" ", "y"]}, 400, "poll option must be non-empty"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "options": []}, 400, "at least one answer option"),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "options": list("abcdefghijklm")}, 400, "can't have more than 12"),
        (
            "sendPoll",
            QUIZ | {"chat_id": AMINA, "correct_option_ids": [0], "explanation": "x" * 201},
            400,
            "MESSAGE_TOO_LONG",
        ),
        (
            "sendPoll",
            QUIZ | {"chat_id": AMINA, "correct_option_ids": [0], "explanation": "a\nb\nc\nd"},
            400,
            "at most 2 line feeds",
        ),
        ("sendPoll", QUIZ | {"chat_id": AMINA, "correct_option_ids": [0], "open_period": 4}, 400, "open_period"),
        ("sendPhoto", {"chat_id": AMINA}, 400, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": AMINA, "photo": ("x.png", b"no picture")}, 400, "IMAGE_PROCESS_FAILED"),
        ("sendDocument", {"chat_id": AMINA, "document": "nope"}, 400, "wrong file identifier"),
        ("sendChatAction", {"chat_id": AMINA, "action": "dance"}, 400, "wrong parameter action"),
        ("getFile", {"file_id": "nope"}, 400, "wrong file_id"),
        ("getChatMember", {"chat_id": AMINA, "user_id": BEN}, 400, "user not found"),
        ("setMyCommands", {"commands": [{"command": "No!", "description": "x"}]}, 400, "BOT_COMMAND_INVALID"),
        ("setMyDescription", {"description": "x" * 513}, 400, "BOT_DESCRIPTION_TOO_LONG"),
        ("setWebhook", {"url": "ftp://x"}, 400, "bad webhook: invalid URL specified"),
        ("setMessageReaction", {"chat_id": AMINA, "message_id": 1, "reaction": []}, 400, "message to react not found"),
        ("danceTango", {}, 404, "method not found"),
    ],
)
async def test_refusals(desk: Desk, method: str, parameters: dict[str, Any], code: int, words: str) -> None:
    """What Telegram refuses is refused with its code and words, and shown as refused in the drawer."""
    answer = await desk.raw(method, **parameters)
    assert (answer["ok"], answer["error_code"]) == (False, code)
    assert words in answer["description"]
    assert desk.sandbox.api.calls[-1]["answer"] == answer


async def test_token(desk: Desk) -> None:
    """Another token is refused, and there are no files for it either."""
    for path in ("/bot1:wrong/getMe", "/file/bot1:wrong/x"):
        response = await desk.http.get(path)
        assert (response.status_code, response.json()["description"]) == (401, "Unauthorized")


async def test_messages_are_edited_and_deleted(desk: Desk) -> None:
    """Edits change the message, equal ones are refused; what is deleted is gone."""
    sent = await desk.call("sendMessage", chat_id=AMINA, text="one", reply_markup=keys())
    edit = {"chat_id": AMINA, "message_id": sent["message_id"]}
    edited = await desk.call("editMessageText", **edit, text="two")
    assert (edited["text"], "reply_markup" in edited) == ("two", False)
    again = await desk.raw("editMessageText", **edit, text="two")
    assert "message is not modified" in again["description"]
    assert (await desk.call("editMessageReplyMarkup", **edit, reply_markup=keys()))["reply_markup"] == keys()
    assert await desk.call("deleteMessage", **edit)
    assert "not found" in (await desk.raw("editMessageText", **edit, text="three"))["description"]


async def test_other_peoples_messages(desk: Desk) -> None:
    """A learner's message cannot be edited; it can be quoted, copied and forwarded."""
    said = desk.people.say(AMINA, AMINA, "who was kirov")
    refused = await desk.raw("editMessageText", chat_id=AMINA, message_id=said["message_id"], text="x")
    assert refused["description"] == "Bad Request: message can't be edited"
    reply = await desk.call("sendMessage", chat_id=AMINA, text="y", reply_parameters={"message_id": said["message_id"]})
    assert reply["reply_to_message"]["text"] == "who was kirov"
    source = {"from_chat_id": AMINA, "message_id": said["message_id"], "chat_id": BEN}
    assert "message_id" in await desk.call("copyMessage", **source)
    assert (await desk.call("forwardMessage", **source))["forward_origin"]["sender_user"]["id"] == AMINA


async def test_protected_content(desk: Desk) -> None:
    """What is protected can be neither forwarded nor copied."""
    sent = await desk.call("sendMessage", chat_id=AMINA, text="ours", protect_content=True)
    for method in ("forwardMessage", "copyMessage"):
        refused = await desk.raw(method, chat_id=BEN, from_chat_id=AMINA, message_id=sent["message_id"])
        assert "can't be" in refused["description"]


async def test_a_press_is_answered_once(desk: Desk) -> None:
    """A press becomes a callback query; its answer counts once, and not after a quarter of an hour."""
    sent = await desk.call("sendMessage", chat_id=AMINA, text="x", reply_markup=keys("go"))
    pressed = await desk.do("press", person=AMINA, chat=AMINA, message=sent["message_id"], data="go")
    [update] = await desk.updates()
    query = update["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (pressed["done"], "go", AMINA)
    assert await desk.call("answerCallbackQuery", callback_query_id=query["id"], text="yes", show_alert=True)
    assert not (await desk.raw("answerCallbackQuery", callback_query_id=query["id"]))["ok"]
    late = await desk.do("press", person=AMINA, chat=AMINA, message=sent["message_id"], data="go")
    await desk.clock.advance(16 * 60)
    assert not (await desk.raw("answerCallbackQuery", callback_query_id=late["done"]))["ok"]


async def test_a_quiz_poll(desk: Desk) -> None:
    """Votes reach the bot with the person; a quiz cannot be re-voted; a stopped poll takes no more."""
    sent = await desk.call("sendPoll", chat_id=desk.group, **QUIZ, correct_option_ids=[1], explanation="because")
    vote = {"chat": desk.group, "message": sent["message_id"]}
    await desk.do("vote", person=AMINA, options=[1], **vote)
    poll, answer = (await desk.updates())[-2:]
    assert poll["poll"]["options"][1]["voter_count"] == 1
    assert answer["poll_answer"] == {
        "poll_id": sent["poll"]["id"],
        "user": desk.world.people[AMINA].as_json(),
        "option_ids": [1],
        "option_persistent_ids": ["1"],
    }
    assert "cannot be changed" in (await desk.do("vote", person=AMINA, options=[0], **vote))["problem"]
    stopped = await desk.call("stopPoll", chat_id=desk.group, message_id=sent["message_id"])
    assert (stopped["is_closed"], stopped["total_voter_count"]) == (True, 1)
    assert "closed" in (await desk.do("vote", person=BEN, options=[0], **vote))["problem"]
    again = await desk.raw("stopPoll", chat_id=desk.group, message_id=sent["message_id"])
    assert again["description"] == "Bad Request: poll has already been closed"


async def test_several_answers_and_taking_back(desk: Desk) -> None:
    """A poll with several answers takes several; where re-voting is allowed a vote can be taken back."""
    several = QUIZ | {"type": "regular", "allows_multiple_answers": True}
    sent = await desk.call("sendPoll", chat_id=AMINA, **several)
    vote = {"person": AMINA, "chat": AMINA, "message": sent["message_id"]}
    await desk.do("vote", options=[2, 0], **vote)
    await desk.do("vote", options=[], **vote)
    chosen = [u["poll_answer"]["option_ids"] for u in await desk.updates() if "poll_answer" in u]
    assert chosen == [[0, 2], []]


async def test_a_poll_closes_in_time(desk: Desk) -> None:
    """A poll with a period closes by the sandbox's clock, and the bot hears of it."""
    sent = await desk.call("sendPoll", chat_id=AMINA, **QUIZ, correct_option_ids=[0], open_period=30)
    await desk.clock.advance(29)
    assert not desk.world.polls[sent["poll"]["id"]].closed
    await desk.clock.advance(1)
    assert [u["poll"]["is_closed"] for u in await desk.updates()] == [True]


async def test_blocked_and_not_begun(desk: Desk) -> None:
    """403 for somebody who has blocked the bot or never wrote to it; the bot hears of the block."""
    desk.people.block(AMINA, True)
    [update] = await desk.updates()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    refused = await desk.raw("sendMessage", chat_id=AMINA, text="x")
    assert (refused["error_code"], refused["description"]) == (403, "Forbidden: bot was blocked by the user")
    assert "unblock it" in (await desk.do("say", person=AMINA, chat=AMINA, text="x"))["problem"]
    stranger = (await desk.do("new_person", name="Dewi"))["done"]
    refused = await desk.raw("sendMessage", chat_id=stranger, text="x")
    assert refused["description"] == "Forbidden: bot can't initiate conversation with a user"


async def test_group_privacy(desk: Desk) -> None:
    """In a group the bot hears commands, replies to it and service messages; without privacy, or as admin, all."""
    sent = await desk.call("sendMessage", chat_id=desk.group, text="hello")
    for text, reply in [
        ("hi all", None),
        ("/ask x", None),
        ("/ask@other_bot x", None),
        ("and why", sent["message_id"]),
    ]:
        desk.people.say(BEN, desk.group, text, reply)
    assert [u["message"]["text"] for u in await desk.updates()] == ["/ask x", "and why"]
    await desk.do("privacy", on=False)
    desk.people.say(BEN, desk.group, "now it hears me")
    assert [u["message"]["text"] for u in await desk.updates()] == ["now it hears me"]
    await desk.do("privacy", on=True)
    desk.people.set_member(CLARA, desk.group, BOT_ID, "administrator")
    desk.people.say(BEN, desk.group, "an admin too")
    assert [next(iter(set(u) - {"update_id"})) for u in await desk.updates()] == ["my_chat_member", "message"]


async def test_members(desk: Desk) -> None:
    """Ranks are told as Telegram tells them; those who leave cannot write; a removed bot may not send."""
    member = await desk.call("getChatMember", chat_id=desk.group, user_id=CLARA)
    assert member["status"] == "creator"
    assert [a["user"]["id"] for a in await desk.call("getChatAdministrators", chat_id=desk.group)] == [CLARA]
    assert await desk.call("getChatMemberCount", chat_id=desk.group) == 4
    desk.people.set_member(BEN, desk.group, BEN, "left")
    assert "not in this group" in (await desk.do("say", person=BEN, chat=desk.group, text="x"))["problem"]
    desk.people.set_member(CLARA, desk.group, BOT_ID, "kicked")
    refused = await desk.raw("sendMessage", chat_id=desk.group, text="x")
    assert refused["description"] == "Forbidden: bot was kicked from the group chat"
    assert not (await desk.raw("banChatMember", chat_id=desk.group, user_id=BEN))["ok"]


async def test_a_group_moves(desk: Desk) -> None:
    """A group that becomes a supergroup has a new id, which the refusal names."""
    old = desk.group
    new = (await desk.do("migrate", person=CLARA, chat=old))["done"]
    refused = await desk.raw("sendMessage", chat_id=old, text="x")
    assert refused["parameters"] == {"migrate_to_chat_id": new}
    assert (await desk.call("sendMessage", chat_id=new, text="x"))["chat"]["type"] == "supergroup"
    moves = [u["message"] for u in await desk.updates()]
    assert (moves[0]["migrate_to_chat_id"], moves[1]["migrate_from_chat_id"]) == (new, old)


async def test_files(desk: Desk) -> None:
    """Pictures and documents can be sent, sent again by their id, and fetched; by people too."""
    photo = await desk.call("sendPhoto", chat_id=AMINA, photo=("chart.png", PNG), caption="<b>x</b>", parse_mode="HTML")
    size = photo["photo"][0]
    assert (size["width"], size["height"], photo["caption"]) == (1, 1, "x")
    assert (await desk.call("sendPhoto", chat_id=BEN, photo=size["file_id"]))["photo"][0]["width"] == 1
    document = await desk.call("sendDocument", chat_id=AMINA, document=("export.json", b"{}"))
    path = (await desk.call("getFile", file_id=document["document"]["file_id"]))["file_path"]
    assert (await desk.http.get(f"/file/bot{TOKEN}/{path}")).content == b"{}"
    attached = await desk.http.post(f"/page/attach?person={AMINA}&chat={AMINA}&name=a.png", content=PNG)
    assert attached.json() == {"done": None}
    assert "photo" in (await desk.updates())[-1]["message"]
    album = [{"type": "photo", "media": size["file_id"]}, {"type": "photo", "media": "attach://b"}]
    both = await desk.call("sendMediaGroup", chat_id=AMINA, media=album, b=("b.png", PNG))
    assert both[0]["media_group_id"] == both[1]["media_group_id"]


async def test_menus_have_scopes(served: Desk) -> None:
    """Each person sees the menu of the narrowest scope; admins of a group see theirs."""
    for scope, name in (("default", "help"), ("all_group_chats", "ask"), ("all_chat_administrators", "report")):
        commands = [{"command": name, "description": name}]
        await served.call("setMyCommands", commands=commands, scope={"type": scope})
    seen = (await open_stream(served))["chats"]
    group = next(chat for chat in seen if chat["id"] == served.group)
    menus = {person: [item["command"] for item in menu] for person, menu in group["menus"].items()}
    assert menus == {str(AMINA): ["ask"], str(BEN): ["ask"], str(CLARA): ["report"]}
    assert (await served.call("getMyCommands"))[0]["command"] == "help"


async def test_limits(desk: Desk) -> None:
    """Switched on, a burst is refused with retry_after; time heals it."""
    await desk.do("limits", on=True)
    answers = [await desk.raw("sendMessage", chat_id=AMINA, text=str(n)) for n in range(6)]
    assert [a["ok"] for a in answers] == [True] * 5 + [False]
    assert (answers[-1]["error_code"], answers[-1]["parameters"]["retry_after"]) == (429, 5)
    await desk.clock.advance(5)
    assert (await desk.raw("sendMessage", chat_id=AMINA, text="again"))["ok"]


async def test_long_polling(desk: Desk) -> None:
    """A poll waits for an update; a second poll ends the first with 409; updates stay until confirmed."""
    first = asyncio.create_task(desk.raw("getUpdates", timeout=20))
    while not desk.sandbox.api.polling:
        await asyncio.sleep(0)
    second = asyncio.create_task(desk.raw("getUpdates", timeout=20))
    assert (await first)["error_code"] == 409
    desk.people.say(AMINA, AMINA, "hello")
    [update] = (await second)["result"]
    assert (await desk.call("getUpdates"))[0] == update
    assert await desk.call("getUpdates", offset=update["update_id"] + 1) == []


async def test_kinds_that_must_be_asked_for(desk: Desk) -> None:
    """Reactions come only to a bot that names them, and the last list is remembered."""
    sent = await desk.call("sendMessage", chat_id=AMINA, text="x")
    desk.people.react(AMINA, AMINA, sent["message_id"], "👍")
    assert await desk.updates() == []
    await desk.call("getUpdates", allowed_updates=["message_reaction"])
    desk.people.react(AMINA, AMINA, sent["message_id"], "")
    desk.people.say(AMINA, AMINA, "not asked for")
    [update] = await desk.updates()
    assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]


async def test_a_webhook(desk: Desk) -> None:
    """Updates are pushed with the secret, in order, until they are taken; the answer may hold a method."""
    taken: list[tuple[str, Any]] = []
    done = asyncio.Event()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split()[0])
        body = await reader.readexactly(length)
        secret = head.split("x-telegram-bot-api-secret-token:")[1].split()[0]
        taken.append((secret, body))
        if len(taken) == 1:
            writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            answer = b'{"method": "sendMessage", "chat_id": %d, "text": "in the answer"}' % AMINA
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(answer), answer)
            )
            done.set()
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await desk.call("setWebhook", url=f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        assert (await desk.raw("getUpdates"))["error_code"] == 409
        desk.people.say(AMINA, AMINA, "pushed")
        while not desk.sandbox.webhook_info().get("last_error_message"):
            await asyncio.sleep(0)
        await desk.clock.advance(5)
        await done.wait()
        while "in the answer" not in [m.get("text") for m in desk.world.chats[AMINA].messages.values()]:
            await asyncio.sleep(0)
    assert [secret for secret, _ in taken] == ["s3cret", "s3cret"]
    assert taken[0][1] == taken[1][1]
    assert b"pushed" in taken[0][1]
    assert await desk.call("deleteWebhook")


async def test_a_port_in_use(served: Desk) -> None:
    """A second sandbox on the same port says so."""
    other = Sandbox(served.clock, served.sandbox.bot)
    with pytest.raises(PortInUseError):
        await other.start(served.sandbox.port)


async def test_it_listens_on_loopback_only(served: Desk) -> None:
    """The listening socket is bound to 127.0.0.1; another name in the address is turned away."""
    assert served.sandbox.bound_to == "127.0.0.1"
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        assert (await served.http.get("/", headers=headers)).status_code == 403
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex(("127.0.0.2", served.sandbox.port)) != 0


async def test_bodies_of_all_kinds(desk: Desk) -> None:
    """Parameters may come in the query, as JSON or as a form; broken JSON is refused."""
    path = f"/bot{TOKEN}/sendMessage"
    for response in (
        await desk.http.get(path, params={"chat_id": AMINA, "text": "query"}),
        await desk.http.post(path, json={"chat_id": AMINA, "text": "json"}),
        await desk.http.post(f"/bot{TOKEN}/SENDmessage", data={"chat_id": AMINA, "text": "form"}),
    ):
        assert response.json()["ok"]
    broken = await desk.http.post(path, content=b"{", headers={"Content-Type": "application/json"})
    assert broken.json()["description"] == "Bad Request: can't parse JSON object"
    assert isinstance(broken, httpx.Response)
