"""One worker process that draws: in a thread, drawing would hold up the answers by 70 to 135 ms."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from tutor_bot.charts.progress import draw_progress
from tutor_bot.charts.report import draw_report
from tutor_bot.charts.tables import as_xlsx
from tutor_bot.charts.worker import begin_work
from tutor_bot.domain.progress import PictureWords, Progress
from tutor_bot.domain.report import ClassReport, Line, ReportWords, TableWords

log = logging.getLogger(__name__)

T = TypeVar("T")


class Studio:
    """Draws PNGs. The worker begins with the first picture and is begun anew should it die."""

    def __init__(self, begin: Callable[[], Executor] | None = None) -> None:
        """`begin` gives what runs the drawing, instead of a process."""
        self._begin = begin or _worker
        self._pool: Executor | None = None

    async def progress(self, progress: Progress, words: PictureWords) -> bytes | None:
        """The picture as PNG; None when it cannot be drawn, and the words must do."""
        return await self._draw(draw_progress, progress, words)

    async def report(self, report: ClassReport, words: ReportWords) -> bytes | None:
        """The picture of a class as PNG; None when it cannot be drawn."""
        return await self._draw(draw_report, report, words)

    async def workbook(self, lines: Sequence[Line], words: TableWords) -> bytes | None:
        """The answers of a class as xlsx, a second for some thousands of lines; None when it cannot be written."""
        return await self._draw(as_xlsx, lines, words)

    async def _draw(self, draw: Callable[..., T], *what: object) -> T | None:
        for _ in range(2):
            pool = self._pool = self._pool or self._begin()
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, draw, *what)
            except BrokenProcessPool:
                log.warning("the process that draws has died; a new one is begun")
                if self._pool is pool:
                    self._pool = None
            except Exception:
                log.exception("a picture could not be drawn")
                return None
        return None

    def close(self) -> None:
        """End the worker; what it is drawing is not waited for."""
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _worker() -> ProcessPoolExecutor:
    # Not forked: the loop's threads and the database's locks would be copied half way through.
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=begin_work)
