"""How long a newcomer waits: from `make sandbox` to the greeting, from a question to its answer. Prints both."""

import asyncio
import os
import signal
import time
from statistics import median

from tests.browser import browser

PORT = 8799
QUESTIONS = (
    "who was sergei kirov",
    "what was the nep",
    "when did lenin die",
    "who killed trotsky",
    "what was the gulag",
)

PAUSE = 1.5
"""Seconds between them, as somebody who types needs; faster ones wait for Telegram's one message a second."""
UNTIL_SHOWN = """() => new Promise(done => {
    const begin = performance.now(), before = document.querySelectorAll(".keys").length;
    new MutationObserver((_, watching) => {
        if (document.querySelectorAll(".keys").length === before) return;
        watching.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
    }).observe(document.querySelector("#messages"), {childList: true, subtree: true});
    document.querySelector("#form").requestSubmit();
})"""
"""Sends what is written, and counts until the answer's buttons are painted; in the page, for looking from outside
takes longer than what is measured."""


async def measure() -> None:
    async with browser() as opened:
        page = await opened.new_page()
        begin = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            "make",
            "sandbox",
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"TUTOR_BOT_SANDBOX": f"--no-browser --port {PORT}"},
            start_new_session=True,
        )
        assert process.stdout
        while str(PORT) not in (line := (await process.stdout.readline()).decode()) or "http" not in line:
            assert line, "the sandbox did not start"
        await page.goto(f"http://127.0.0.1:{PORT}")
        await page.get_by_role("log").get_by_text("Hello Amina!").wait_for()
        print(f"make sandbox to the greeting: {time.monotonic() - begin:.2f} s")
        waits = []
        for question in QUESTIONS:
            await asyncio.sleep(PAUSE)
            await page.get_by_role("textbox", name="Message", exact=True).fill(question)
            waits.append(await page.evaluate(UNTIL_SHOWN) / 1000)
        print(f"question to answer: median {median(waits):.3f} s, longest {max(waits):.3f} s")
        os.killpg(process.pid, signal.SIGTERM)
        await process.wait()


if __name__ == "__main__":
    asyncio.run(measure())
