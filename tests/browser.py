"""A real browser, where there is one."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.conftest import needs

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --force-color-profile=srgb --hide-scrollbars"
).split()
SHOTS = Path(__file__).parents[1] / "build" / "screenshots"
"""Pictures of the page, to be looked at."""


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Chromium as the machine has it; a test that needs it is skipped where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        needs("the Chromium browser", "bash .ci/chromium install && make test")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=found, args=OPTIONS)
        try:
            yield opened
        finally:
            await opened.close()
