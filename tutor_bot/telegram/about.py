"""Whom a line of the log is about: `log.warning("...", extra=about(update))`. The log shows pseudonyms alone."""

from typing import Any

from telegram import Update


def about(update: object) -> dict[str, Any]:
    """The group and the person of an update; in private they are one."""
    if not isinstance(update, Update):
        return {}
    found = (update.effective_chat, update.effective_user)
    return {"about": tuple(dict.fromkeys(one.id for one in found if one is not None))}
