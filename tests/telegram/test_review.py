"""The whole loop: an unknown question, a curator, the learner told, the pack's file; and inline mode."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.builders import NOON
from tests.clocks import MovingClock, until
from tests.content.test_loader import write
from tests.fake_telegram import AMINA, BO, CHIDI, Refusal
from tests.telegram.conversation import Conversation
from tutor_bot.app import load_content, pull
from tutor_bot.domain.curation import Addition, AdditionKind, laid_over
from tutor_bot.domain.outcomes import Found, Unknown
from tutor_bot.keeper import Keeper
from tutor_bot.matching import Engine, load_engine
from tutor_bot.shipped import migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.migrate import upgrade
from tutor_bot.usecases.knowledge import Knowledge

PIPE = "which tobacco went into the pipe"
WISH = "how come vladimir wished joseph gone"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write(tmp_path / "content")


@asynccontextmanager
async def bot(url: str, content: Path, cache: Path, hold: threading.Event | None = None) -> AsyncIterator[Conversation]:
    """A whole bot with Chidi as curator; with `hold`, learning waits until that is set."""
    storage = Storage(url)
    pack = load_content(content)
    knowledge = Knowledge(load_engine(pack, cache))
    talk = Conversation(storage, knowledge, MovingClock(NOON), frozenset({CHIDI["id"]}))

    def no_encoder() -> None:
        if hold:
            hold.wait(20)

    keeper = Keeper(knowledge, pack, cache, encode=no_encoder)
    talk.keeper = keeper  # type: ignore[attr-defined]
    await talk.start()
    keeping = asyncio.create_task(keeper.run(storage))
    try:
        yield talk
    finally:
        if hold:
            hold.set()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await talk.stop()
        await storage.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite+aiosqlite:///{tmp_path}/tutor.db"
    upgrade(made, migrations_folder())
    return made


async def finds(talk: Conversation, text: str, fact: str) -> None:
    """Wait until the matcher in force finds the fact: it is two seconds at most."""
    async with asyncio.timeout(10):
        while True:
            outcome = talk.knowledge.matcher.find(text)
            if isinstance(outcome, Found) and outcome.fact == fact:
                return
            await asyncio.sleep(0.01)


async def learnt(talk: Conversation) -> None:
    """Wait until a head that knows all additions has been swapped in."""
    async with asyncio.timeout(20):
        while not (isinstance(engine := talk.knowledge.matcher, Engine) and engine.base is engine):
            await asyncio.sleep(0.01)


async def test_a_decision_ends_what_was_being_written(url: str, content: Path, tmp_path: Path) -> None:
    """After "Later" a curator's next text is a question again, not the answer of a new fact."""
    async with bot(url, content, tmp_path / "cache") as talk:
        await talk.says(WISH)
        await talk.says("/review", CHIDI)
        await talk.presses("New fact", CHIDI)
        await talk.presses("Later", CHIDI)
        [reply] = await talk.says("did lenin want stalin removed", CHIDI)
        assert "too rude" in reply["text"]


async def test_the_whole_loop(url: str, content: Path, tmp_path: Path) -> None:
    """Unknown, reviewed, phrased, told, found anew, made a fact, pulled into the files, and gone from the database."""
    async with bot(url, content, tmp_path / "cache") as talk:
        [reply] = await talk.says(WISH)
        assert "I do not know that" in reply["text"]
        await talk.says(PIPE, BO)
        [reply] = await talk.says("/review", AMINA)
        assert "do not know /review" in reply["text"]

        [review] = await talk.says("/review", CHIDI)
        assert "2 questions wait" in review["text"]
        first = PIPE if PIPE in review["text"] else WISH
        if first == PIPE:
            await talk.presses("Later", CHIDI)
        await talk.presses("= What did Lenin's postscript of January 1923 ask for?", CHIDI)
        told = await talk.message("Now I can answer that")
        assert told["chat_id"] == AMINA["id"]
        assert WISH in told["text"]
        assert "too rude" in told["text"]
        await finds(talk, WISH, "demo/testament-postscript")
        await learnt(talk)
        await finds(talk, WISH, "demo/testament-postscript")

        await talk.tells_later_is_over()
        await talk.says("/review", CHIDI)
        await talk.presses("New fact", CHIDI)
        [ask] = await talk.says("Yes: Stalin was known for his pipe.", CHIDI)
        assert "source" in ask["text"]
        await talk.says("Oleg Khlevniuk, Stalin: New Biography, 2015", CHIDI)
        await talk.presses("Probable", CHIDI)
        told = await talk.message("known for his pipe")
        assert told["chat_id"] == BO["id"]
        assert "not yet in the pack" in told["text"]
        await finds(talk, PIPE, "demo/which-tobacco-went-into-the-pipe")

        before = (content / "demo" / "topics" / "01.yaml").read_text(encoding="utf-8")
        lines = await asyncio.to_thread(pull, url, content)
        assert len(lines) == 2
        after = (content / "demo" / "topics" / "01.yaml").read_text(encoding="utf-8")
        assert after == before.replace("lenin postscript]", f"lenin postscript, {WISH}]")
        assert await asyncio.to_thread(pull, url, content) == []

        await talk.keeper.adopt(load_content(content))  # type: ignore[attr-defined]
        await finds(talk, PIPE, "demo/which-tobacco-went-into-the-pipe")
        assert not talk.knowledge.catalogue.facts["demo/which-tobacco-went-into-the-pipe"].added
        async with talk.storage.read() as work:
            assert await work.curation.additions() == []


async def test_no_reply_waits_for_learning(url: str, content: Path, tmp_path: Path) -> None:
    """While a new head is learnt elsewhere, questions are answered, also by what was just added."""
    hold = threading.Event()
    async with bot(url, content, tmp_path / "cache", hold) as talk:
        await talk.says(WISH)
        await talk.says("/review", CHIDI)
        await talk.presses("= What did Lenin's postscript of January 1923 ask for?", CHIDI)
        await finds(talk, "how come vladimir wished joseph was gone", "demo/testament-postscript")
        assert not hold.is_set()
        [reply] = await talk.says("did lenin want stalin removed", BO)
        assert "too rude" in reply["text"]


async def test_every_process_finds_it(url: str, content: Path, tmp_path: Path) -> None:
    """What was added by one process is found by another, which reads the version as it goes."""
    async with bot(url, content, tmp_path / "one") as one, bot(url, content, tmp_path / "two") as two:
        assert isinstance(two.knowledge.matcher.find(WISH), Unknown)
        await one.says(WISH)
        await one.says("/review", CHIDI)
        await one.presses("= What did Lenin's postscript of January 1923 ask for?", CHIDI)
        await finds(two, WISH, "demo/testament-postscript")


async def test_small_talk_waits_for_nobody(url: str, content: Path, tmp_path: Path) -> None:
    """Thanks, a joke wished for, a cry for help: answered, and no curator reads of it."""
    async with bot(url, content, tmp_path / "cache") as talk:
        for said in ("thanks a lot", "tell me a joke", "i want to die", "who are you", "stop"):
            assert await talk.says(said)
        [nothing] = await talk.says("/review", CHIDI)
        assert "Nothing waits" in nothing["text"]


async def test_forged_review_buttons(url: str, content: Path, tmp_path: Path) -> None:
    """A learner who presses a curator's button changes nothing."""
    async with bot(url, content, tmp_path / "cache") as talk:
        await talk.says(WISH)
        await talk.says("/review", CHIDI)
        calls = await talk.presses("Out of scope", AMINA)
        assert "too old" in calls[-1]["text"]
        [review] = await talk.says("/review", CHIDI)
        assert WISH in review["text"]


async def test_a_flag_under_an_answer(url: str, content: Path, tmp_path: Path) -> None:
    """ "This seems wrong" is thanked for, and a curator sees the fact."""
    async with bot(url, content, tmp_path / "cache") as talk:
        await talk.says("did lenin want stalin removed")
        [thanks] = await talk.presses("This seems wrong")
        assert "look into it" in thanks["text"]
        [review] = await talk.says("/review", CHIDI)
        assert "says that this is wrong" in review["text"]
        await talk.presses("Looked into", CHIDI)
        [nothing] = await talk.says("/review", CHIDI)
        assert "Nothing waits" in nothing["text"]


async def test_inline_cards(url: str, content: Path, tmp_path: Path) -> None:
    """While one types in any chat, facts are offered as cards, and nothing is kept of it."""
    async with bot(url, content, tmp_path / "cache") as talk:
        query = {"id": "7", "from": AMINA, "query": "lenin postscr", "offset": ""}
        await talk.tells({"inline_query": query})
        [answer] = talk.telegram.sent("answerInlineQuery")
        [card] = answer["results"]
        assert card["title"] == "What did Lenin's postscript of January 1923 ask for?"
        assert "too rude" in card["input_message_content"]["message_text"]
        await talk.tells({"inline_query": {**query, "id": "8", "query": ""}})
        assert len(talk.telegram.sent("answerInlineQuery")) == 2
        async with talk.storage.read() as work:
            assert await work.people.known_as(AMINA["id"]) is None


async def test_an_inline_query_that_is_too_old(url: str, content: Path, tmp_path: Path) -> None:
    """Telegram takes no answer to it any more: it is tried once, and the next one is answered."""
    async with bot(url, content, tmp_path / "cache") as talk:
        talk.telegram.replies["answerInlineQuery"] = [Refusal(400, "Bad Request: query is too old")]
        for number in ("7", "8"):
            await talk.tells({"inline_query": {"id": number, "from": AMINA, "query": "lenin", "offset": ""}})
        assert [call["inline_query_id"] for call in talk.telegram.sent("answerInlineQuery")] == ["7", "8"]


async def test_two_questions_in_one_message(url: str, content: Path, tmp_path: Path) -> None:
    """Each is answered, in a message of its own with buttons of its own."""
    topic = """
        id: testament
        title: Lenin's Testament
        facts:
          - {id: a, question: When did Lenin die?, answer: "In 1924.", sources: [lewin-1968]}
          - {id: b, question: Who was Leon Trotsky?, answer: "A rival.", sources: [lewin-1968]}
    """
    two = write(tmp_path / "two", topic)
    async with bot(url, two, tmp_path / "cache") as talk:
        replies = await talk.says("when did lenin die and who was trotsky?")
        assert [reply["text"].split("\n")[0] for reply in replies] == ["In 1924.", "A rival."]


async def test_words_of_the_forgotten_leave_the_cache(tmp_path: Path, content: Path) -> None:
    """The index on disk holds what curators took over: once another is in force, earlier ones are gone."""
    url, cache = f"sqlite+aiosqlite:///{tmp_path}/tutor.db", tmp_path / "cache"
    upgrade(url, migrations_folder())
    pack = load_content(content)
    phrasing = Addition(1, AdditionKind.PHRASING, next(iter(pack.facts)), PIPE)
    load_engine(laid_over(pack, [phrasing]), cache)

    def kept() -> list[Path]:
        return [file for file in cache.glob("*.npz") if b"tobacco" in file.read_bytes()]

    assert kept()
    async with bot(url, content, cache):
        await until(lambda: not kept())
    assert list(cache.glob("*.npz"))
