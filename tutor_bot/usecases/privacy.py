"""A learner sees, takes along and erases all that is kept about them."""

from dataclasses import dataclass
from typing import Any

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.people import Person
from tutor_bot.storage import Storage


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody was erased; `updates` of theirs from before, by number, are struck off."""

    updates: frozenset[int]


@dataclass(frozen=True)
class Privacy:
    storage: Storage
    clock: Clock

    async def export(self, person: Person) -> dict[str, Any]:
        """Everything that is kept, as JSON holds it; `kept` is empty for whoever is not known."""
        async with self.storage.read() as work:
            learner = await work.people.known_as(person.telegram_id)
            kept = await work.privacy.everything(learner.id, person.telegram_id) if learner else {}
        return {"made": self.clock.now().isoformat(), "telegram_id": person.telegram_id, "kept": kept}

    async def forget(self, person: Person) -> Forgotten | None:
        """Erase it; None for whoever is not known. Within a minute or two it is out of the database's log too."""
        async with self.storage.work() as work:
            learner = await work.people.known_as(person.telegram_id)
            if learner is None:
                return None
            struck_off = await work.privacy.forget(learner.id, person.telegram_id)
            work.forgets(person.telegram_id, struck_off)
        # The update that asked for it is still in the inbox, with a name in it: the log is wiped when that is gone.
        self.storage.erased = self.clock.now()
        return Forgotten(struck_off)
