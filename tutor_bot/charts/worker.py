"""The beginning of the process that draws. It knows nothing of the bot's loop, so that it is there sooner."""

import os
import signal
from multiprocessing import parent_process
from threading import Thread


def begin_work() -> None:
    """Ctrl-C reaches the whole group of processes; this one ends when its work does, or the bot is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_bot, daemon=True).start()


def _end_with_the_bot() -> None:
    """Were the bot killed, nobody would end its worker."""
    bot = parent_process()
    if bot is not None:
        bot.join()
        os._exit(0)
