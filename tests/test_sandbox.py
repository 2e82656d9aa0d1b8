"""The whole product in the sandbox: the real process, the real bot, a real browser."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from tests.browser import SHOTS, browser
from tests.content.test_loader import write
from tutor_bot.cli import announce
from tutor_bot.sandbox import TOKEN

ENOUGH = 15_000
"""Milliseconds; a bound for what never comes, not for how fast it comes."""
expect.set_options(timeout=ENOUGH)


# One loop and one browser for all that stands here: to begin a browser takes seconds.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as opened:
        yield opened


@dataclass
class Process:
    """A sandbox that runs, and what it has printed."""

    process: asyncio.subprocess.Process
    address: str

    async def end(self) -> tuple[int, str]:
        """SIGTERM; the exit code and what it said on standard error."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = await self.process.communicate()
        return self.process.returncode or 0, errors.decode()


async def start(*options: str, content: Path | None = None) -> asyncio.subprocess.Process:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TUTOR_BOT_")}
    if content:
        environment["TUTOR_BOT_CONTENT"] = str(content)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tutor_bot", "sandbox", "--no-browser", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )


@asynccontextmanager
async def running(*options: str, content: Path | None = None) -> AsyncIterator[Process]:
    process = await start("--port", "0", *options, content=content)
    assert process.stdout
    try:
        line = (await process.stdout.readline()).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, (line, process.stderr and (await process.stderr.read()).decode())
        yield Process(process, found[0])
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process() -> AsyncIterator[Process]:
    async with running() as begun:
        yield begun


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(process: Process) -> Process:
    """A sandbox in which nothing has happened yet: one process for all, begun anew for each test."""
    await _do(process, "privacy", on=True)
    await _do(process, "limits", on=False)
    await _do(process, "reset")
    await _until(process, "Set up this class")
    return process


@dataclass
class Learner:
    """Somebody before the page."""

    page: Page

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def last(self) -> Locator:
        return self.messages.get_by_role("article").last

    async def write(self, text: str) -> None:
        await self.page.get_by_role("textbox", name="Message", exact=True).fill(text)
        await self.page.keyboard.press("Enter")

    async def press(self, name: str) -> None:
        await self.messages.get_by_role("button", name=name, exact=True).last.click()

    async def become(self, name: str) -> None:
        await self.page.get_by_role("group", name="Speak as").get_by_role("button", name=name).click()

    async def open_chat(self, name: str) -> None:
        await self.page.locator("#chats").get_by_text(name, exact=True).click()

    async def sees(self, text: str | re.Pattern[str]) -> None:
        await expect(self.messages.get_by_text(text).last).to_be_visible()

    async def vote(self, right: bool = True) -> None:
        """Answer the open quiz poll, whatever its kind."""
        poll = self.messages.locator("fieldset.poll").last
        boxes = poll.get_by_role("checkbox")
        if await boxes.count():
            await boxes.first.check()
            await boxes.nth(1).check()
            await poll.get_by_role("button", name="Vote").click()
        else:
            await poll.locator("button.option").first.click()

    async def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SHOTS / f"{name}.png")


@asynccontextmanager
async def learner(
    chromium: Browser, address: str, width: int = 1200, height: int = 800, **options: Any
) -> AsyncIterator[Learner]:
    """A page of its own; whatever it complains of fails the test."""
    complaints: list[str] = []
    page = await chromium.new_page(viewport={"width": width, "height": height}, locale="en-GB", **options)
    try:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await page.goto(address)
        await expect(page.locator(".chats button").first).to_be_visible()
        yield Learner(page)
        assert complaints == []
    finally:
        await page.close()


async def test_ask_and_be_asked_back(chromium: Browser) -> None:
    """A misspelt question is answered, a vague one asked back, and a button chooses; nothing is refused."""
    async with running() as sandbox, learner(chromium, sandbox.address) as amina:
        await amina.sees(re.compile("Hello Amina"))
        await amina.write("wat was lennins testement")
        await amina.sees(re.compile("dictated"))
        await amina.press("Sources")
        await amina.sees(re.compile("Collected Works"))
        await amina.shot("answer")
        await amina.write("what happened to the party")
        await amina.sees(re.compile("which of these you mean"))
        await amina.last.locator(".keys button").first.click()
        await expect(amina.last.get_by_role("button", name="Sources")).to_be_visible()
        await amina.page.get_by_role("button", name="Developer").click()
        await expect(amina.page.locator(".calls li").first).to_be_visible()
        await amina.shot("developer")
        assert await amina.page.locator(".calls .refused").count() == 0
        code, errors = await sandbox.end()
        assert (code, "Traceback" in errors) == (0, False)


async def test_a_quiz_by_votes_with_a_reload_in_the_middle(sandbox: Process, chromium: Browser) -> None:
    """A quiz is voted through; a reload of the page and a restart of the bot in the middle lose nothing."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.write("/quiz 3")
        for number in (1, 2, 3):
            await amina.sees(re.compile(rf"^{number}/3"))
            if number == 2:
                await amina.page.reload()
                await amina.sees(re.compile(r"^2/3"))
                await amina.page.get_by_role("button", name="Developer").click()
                await amina.page.get_by_role("button", name="Restart the bot").click()
                await expect(amina.page.get_by_text("The bot was restarted.")).to_be_visible()
                await amina.page.get_by_role("button", name="Developer").click()
            await amina.vote()
        await amina.sees(re.compile(r"of 3"))
        await amina.shot("quiz")


async def test_tomorrow_and_a_week_now(sandbox: Process, chromium: Browser) -> None:
    """The clock moves to the daily quiz; a week brings seven days, each with its quiz, none of them twice."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.write("/daily 08:00 Europe/Berlin")
        await amina.sees(re.compile("Done: a daily quiz at 08:00"))
        await amina.page.get_by_role("button", name="To the next daily quiz").click()
        await amina.sees(re.compile(r"^1/5"))
        await expect(amina.page.get_by_role("button", name="+1 week")).to_be_enabled()
        await amina.page.get_by_role("button", name="+1 week").click()
        await expect(amina.page.get_by_role("button", name="+1 week")).to_be_enabled()
        firsts = amina.messages.get_by_role("article").filter(has_text="1/5 · ")
        await expect(firsts).to_have_count(8)
        # Early in the morning the first quiz comes on the day on which it was wished for.
        assert await amina.messages.locator(".day").count() in (8, 9)
        await amina.shot("week")


async def test_two_tabs_and_other_people(sandbox: Process, chromium: Browser) -> None:
    """Each tab speaks as whom it likes and sees what happens in the other; others' news are marked."""
    async with (
        learner(chromium, sandbox.address) as amina,
        learner(chromium, sandbox.address) as ben,
    ):
        await ben.become("Ben Fischer")
        await ben.open_chat("Class 9B")
        await amina.open_chat("Class 9B")
        await amina.write("hello Ben")
        await ben.sees("hello Ben")
        await ben.write("/ask who was sergei kirov")
        await amina.sees(re.compile("Leningrad"))
        await amina.become("Clara Novak")
        await amina.page.get_by_role("button", name="About this chat").click()
        dialog = amina.page.get_by_role("dialog")
        await amina.shot("group")
        await dialog.locator(".row").filter(has_text="Ben").get_by_role("button", name="Make admin").click()
        await expect(dialog.locator(".row").filter(has_text="Ben")).to_contain_text("admin")
        await dialog.get_by_role("button", name="Close").click()


MARKUP = '<img src=x onerror="document.title=1"><script>document.title=1</script> & <b>x</b>'


async def test_markup_is_shown_not_run(sandbox: Process, chromium: Browser) -> None:
    """Tags in messages and names are shown as they are; nothing of them is executed."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.write(MARKUP)
        await amina.sees(MARKUP)
        await amina.page.get_by_role("button", name="New person").click()
        await amina.page.get_by_label("Name").fill("<b>Боря</b> אבי")
        await amina.page.get_by_role("dialog").get_by_role("button", name="Add").click()
        await expect(amina.page.get_by_role("button", name="Start", exact=True)).to_be_visible()
        await amina.page.get_by_role("button", name="Start", exact=True).click()
        await amina.sees(re.compile("Hello <b>Боря</b>"))
        assert await amina.page.title() == "tutor-bot sandbox"
        assert await amina.page.locator("#messages img, #people b").count() == 0


async def test_block_and_unblock(sandbox: Process, chromium: Browser) -> None:
    """Whoever has blocked the bot cannot write until they let it in again."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.page.get_by_role("button", name="About this chat").click()
        await amina.page.get_by_role("button", name="Block the bot", exact=True).click()
        await amina.page.get_by_role("button", name="Unblock the bot").click()
        await amina.write("who was sergei kirov")
        await amina.sees(re.compile("Leningrad"))


async def test_by_keyboard_alone(sandbox: Process, chromium: Browser) -> None:
    """With the keyboard alone: skip to the field, choose a command, vote, open the menu of a message, leave it."""
    async with learner(chromium, sandbox.address) as amina:
        keys = amina.page.keyboard
        await amina.page.locator("body").focus()
        await keys.press("Tab")
        await expect(amina.page.get_by_role("link", name="Skip to the message field")).to_be_focused()
        await keys.press("Enter")
        await expect(amina.page.get_by_role("textbox", name="Message", exact=True)).to_be_focused()
        await keys.type("/qu")
        await expect(amina.page.get_by_role("option")).to_have_count(1)
        await keys.press("Enter")
        await amina.sees(re.compile(r"^1/5"))
        first = amina.messages.locator("fieldset.poll").last.locator("button, input").first
        await first.focus()
        await keys.press("Space")
        if await amina.messages.get_by_role("button", name="Vote").count():
            await amina.messages.get_by_role("button", name="Vote").last.focus()
            await keys.press("Enter")
        await expect(amina.messages.locator("fieldset.poll").first).to_contain_text("1 vote")
        more = amina.messages.get_by_role("button", name="More about this message").first
        await more.focus()
        await keys.press("Enter")
        await expect(amina.page.get_by_role("menuitem", name="Reply")).to_be_focused()
        await keys.press("Escape")
        await expect(more).to_be_focused()


async def test_every_control_has_a_name_and_a_role(sandbox: Process, chromium: Browser) -> None:
    """A screen reader finds a name for every control, and landmarks for the chats and the conversation."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.write("/quiz")
        await amina.sees(re.compile(r"^1/5"))
        await amina.page.get_by_role("button", name="Developer").click()
        nameless = await amina.page.evaluate(
            """[...document.querySelectorAll("button, input, textarea, a, [role]")]
            .filter(e => e.offsetParent && !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
            .map(e => e.outerHTML.slice(0, 100))"""
        )
        assert nameless == []
        for role in ("navigation", "main", "complementary"):
            await expect(amina.page.get_by_role(role)).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone(sandbox: Process, chromium: Browser, scheme: str) -> None:
    """At 360 pixels everything fits: the chats, a conversation, a poll, the drawer, a dialog."""
    async with learner(chromium, sandbox.address, 360, 740, color_scheme=scheme, has_touch=True) as amina:
        page = amina.page

        async def fits(name: str) -> None:
            wide = await page.evaluate(
                """[...document.querySelectorAll("body *")].filter(e => e.offsetParent
                && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 100))"""
            )
            assert wide == []
            await amina.shot(f"phone-{scheme}-{name}")

        await fits("chats")
        await amina.open_chat("Tutor")
        await amina.write("who was sergei kirov")
        await amina.sees(re.compile("Leningrad"))
        await fits("answer")
        await amina.write("/quiz")
        await amina.sees(re.compile(r"^1/5"))
        await fits("quiz")
        await page.get_by_role("button", name="About this chat").click()
        await fits("dialog")
        await page.get_by_role("button", name="Close").click()
        await page.get_by_role("button", name="Developer").click()
        await fits("developer")


async def test_reset(sandbox: Process, chromium: Browser) -> None:
    """After a reset nobody is remembered: neither messages nor progress."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.write("who was sergei kirov")
        await amina.sees(re.compile("Leningrad"))
        await amina.page.get_by_role("button", name="Developer").click()
        await amina.page.get_by_role("button", name="Reset everything").click()
        await amina.page.get_by_role("button", name="Reset", exact=True).click()
        await expect(amina.page.get_by_text("Everything is as at the start.")).to_be_visible()
        await expect(amina.messages.get_by_role("article")).to_have_count(2)
        await amina.sees(re.compile("Hello Amina"))


FOXES = """id: foxes
title: Foxes
facts:
  - id: fox-food
    question: What do foxes eat?
    answer: {answer}
    sources: [lewin-1968]
"""


async def test_reload_while_authoring(chromium: Browser, tmp_path: Path) -> None:
    """With --watch a saved change is answered at once; a fault is told with its line, and the old text stays."""
    pack = write(tmp_path, FOXES.format(answer="Foxes eat mice."))
    file = pack / "demo" / "topics" / "01.yaml"
    async with running("--watch", content=pack) as sandbox, learner(chromium, sandbox.address) as author:
        await author.write("what do foxes eat")
        await author.sees("Foxes eat mice.")
        file.write_text(FOXES.format(answer="Foxes eat berries too."))
        await expect(author.page.get_by_text("Content reloaded: 1 facts.")).to_be_visible()
        await author.write("what do foxes eat")
        await author.sees("Foxes eat berries too.")
        file.write_text("id: [")
        await expect(author.page.get_by_text(re.compile(r"the old one stays in force"))).to_be_visible()
        await author.write("what do foxes eat?")
        await expect(author.messages.get_by_text("Foxes eat berries too.")).to_have_count(2)


# Without a browser


async def test_a_port_in_use() -> None:
    """One line that says what to do, and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await start("--port", str(port))
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode() == f"tutor-bot: port {port} is in use; choose another with --port N, or --port 0 for any\n"


async def test_a_broken_pack(tmp_path: Path) -> None:
    """The fault is named with its file and line; no sandbox, no traceback."""
    pack = write(tmp_path, "id: [")
    process = await start("--port", "0", content=pack)
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert "01.yaml:" in errors.decode()
    assert "Traceback" not in errors.decode()


async def test_what_is_kept(tmp_path: Path) -> None:
    """With --keep the tutor remembers, and its clock never goes back; without it nothing is left behind."""
    async with running("--keep", str(tmp_path / "kept")) as sandbox:
        await _do(sandbox, "say", person=101, chat=101, text="/daily 08:00 Europe/Berlin")
        await _until(sandbox, "Done: a daily quiz at 08:00")
        await _do(sandbox, "jump", to="week")
        code, errors = await sandbox.end()
        assert (code, "Traceback" in errors) == (0, False)
    assert (tmp_path / "kept" / "tutor.db").is_file()
    async with running("--keep", str(tmp_path / "kept")) as sandbox:
        await _until(sandbox, "Hello")
        answer = await _do(sandbox, "jump", to="daily")
        assert answer == {"done": None}
        await _until(sandbox, '"1/5 ·')


async def _do(sandbox: Process, what: str, **given: Any) -> Any:
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as http:
        return (await http.post(f"{sandbox.address}/page/do", json={"do": what, **given})).json()


async def _until(sandbox: Process, text: str) -> None:
    """Wait until the bot has said this."""
    async with (
        asyncio.timeout(ENOUGH / 1000),
        httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as http,
        http.stream("GET", f"{sandbox.address}/page/events") as stream,
    ):
        async for line in stream.aiter_lines():
            if text in line:
                return


async def test_a_live_quiz_of_the_class(sandbox: Process, chromium: Browser) -> None:
    """The teacher begins, two learners play along in their own tabs; there is a table and a podium."""
    async with (
        learner(chromium, sandbox.address) as clara,
        learner(chromium, sandbox.address) as amina,
        learner(chromium, sandbox.address) as ben,
    ):
        for person, name in ((clara, "Clara Novak"), (amina, "Amina Yusuf"), (ben, "Ben Fischer")):
            await person.become(name)
            await person.open_chat("Class 9B")
        await amina.write("/quiz")
        await amina.sees(re.compile("only admins"))
        await clara.write("/quiz 2 90")
        await clara.sees(re.compile("A live quiz begins: 2 questions"))
        await amina.press("I play")
        await expect(amina.page.get_by_text("You are in; 1 plays.")).to_be_visible()
        await ben.press("I play")
        await expect(ben.page.get_by_text("You are in; 2 play.")).to_be_visible()
        await clara.press("Start now (admins)")
        for number in (1, 2):
            poll = re.compile(rf"^{number}/2 ·")
            await expect(amina.messages.locator("legend").filter(has_text=poll)).to_be_visible()
            await expect(ben.messages.locator("legend").filter(has_text=poll)).to_be_visible()
            await amina.vote()
            await ben.vote()
            await expect(amina.messages.locator("fieldset.poll").last).to_contain_text("2 votes")
            # Results stay hidden until the question closes.
            await expect(amina.messages.locator("fieldset.poll").last.locator(".is-right")).to_have_count(0)
            for _ in range(2):
                await clara.page.get_by_role("button", name="+1 minute").click()
                await expect(clara.page.get_by_role("button", name="+1 minute")).to_be_enabled()
            await expect(
                amina.messages.locator("fieldset.poll").nth(number - 1).locator(".is-right").first
            ).to_be_visible()
        await clara.sees(re.compile("The quiz is over"))
        await clara.shot("live-quiz")
        await expect(clara.last).to_contain_text(re.compile("Amina Yusuf|Ben Fischer|Worth another look"))
        await clara.page.get_by_role("button", name="Developer").click()
        assert await clara.page.locator(".calls .refused").count() == 0


async def test_pictures_files_typing_and_links(sandbox: Process, chromium: Browser) -> None:
    """Whatever a bot can send is shown; links to the bot stay in the page; a refused call is told with its reason."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.sees(re.compile("Hello Amina"))
        picture = await amina.page.screenshot(clip={"x": 0, "y": 0, "width": 60, "height": 40})
        me: FilePayload = {"name": "me.png", "mimeType": "image/png", "buffer": picture}
        await amina.page.get_by_label("Attach a picture or a file").set_input_files(me)
        await expect(amina.messages.locator("img.picture")).to_have_count(1)
        await amina.sees(re.compile("only read text"))
        async with httpx.AsyncClient(base_url=sandbox.address, trust_env=False, verify=False) as http:
            api = f"/bot{TOKEN}"
            await http.post(f"{api}/sendPhoto", data={"chat_id": 101, "caption": "A chart"}, files={"photo": picture})
            await expect(amina.messages.get_by_role("img", name="A chart")).to_be_visible()
            await http.post(f"{api}/sendDocument", data={"chat_id": 101}, files={"document": ("export.json", b"{}")})
            await expect(amina.messages.get_by_role("link", name=re.compile("export.json"))).to_be_visible()
            await http.post(f"{api}/sendChatAction", data={"chat_id": 101, "action": "typing"})
            await expect(amina.page.get_by_text("Tutor is typing…")).to_be_visible()
            bot = "https://t.me/tutor_sandbox_bot"
            keys = [[{"text": "Private", "url": f"{bot}?start=x"}], [{"text": "Group", "url": f"{bot}?startgroup=y"}]]
            given = {"chat_id": 101, "text": "links", "reply_markup": {"inline_keyboard": keys}}
            await http.post(f"{api}/sendMessage", json=given)
            await http.post(f"{api}/sendMessage", json={"chat_id": 5, "text": "to nobody"})
        await amina.press("Private ↗")
        await amina.sees("/start x")
        await amina.press("Group ↗")
        await amina.page.get_by_label("Title").fill("Class 7a")
        await amina.page.get_by_role("dialog").get_by_role("button", name="Make").click()
        await amina.sees("/start@tutor_sandbox_bot y")
        await expect(amina.page.get_by_role("heading", name="Class 7a")).to_be_visible()
        await amina.page.get_by_role("button", name="Developer").click()
        refused = amina.page.locator(".calls .refused summary")
        await expect(refused).to_have_text(re.compile("sendMessage · Bad Request: chat not found"))
        assert await refused.evaluate("e => getComputedStyle(e).color") == "rgb(198, 40, 40)"


async def test_replies_edits_and_reactions(sandbox: Process, chromium: Browser) -> None:
    """From a message's menu one replies, edits, reacts and deletes; a reply shows what it answers."""
    async with learner(chromium, sandbox.address) as amina:
        await amina.open_chat("Class 9B")
        await amina.write("hello all")
        await expect(amina.last).to_contain_text("hello all")
        await amina.last.get_by_role("button", name="More about this message").click()
        await amina.page.get_by_role("menuitem", name="Edit").click()
        await amina.write("hello everybody")
        await expect(amina.last).to_contain_text("hello everybody")
        await expect(amina.last).to_contain_text("edited")
        await amina.last.get_by_role("button", name="More about this message").click()
        await amina.page.get_by_role("menuitem", name="👍").click()
        await expect(amina.last.get_by_role("button", name="👍 1")).to_be_visible()
        await amina.last.get_by_role("button", name="More about this message").click()
        await amina.page.get_by_role("menuitem", name="Reply").click()
        await amina.write("and a reply")
        await expect(amina.last).to_contain_text("and a reply")
        await expect(amina.last.locator(".quoted")).to_contain_text("hello everybody")
        await amina.last.get_by_role("button", name="More about this message").click()
        await amina.page.get_by_role("menuitem", name="Delete").click()
        await expect(amina.messages.get_by_text("and a reply")).to_have_count(0)


async def test_where_there_is_no_browser(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a window to open one in, the address is printed with a line that says what to do."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    announce("http://127.0.0.1:8765", browser=True)
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8765" in said
    assert "Open this address in a browser." in said
