"""The content in force: replaced whole when a pack is loaded anew."""

from collections.abc import Callable, Mapping

from tutor_bot.domain.facts import Catalogue, Fact, FactKey
from tutor_bot.domain.memory import Memory
from tutor_bot.domain.outcomes import Matcher


class Knowledge:
    """Holds the matcher of today's content; whoever needs facts asks here, each time anew."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.on_added: Callable[[], None] = lambda: None
        """Called after a curator has added something: the matcher is to learn it."""

    @property
    def catalogue(self) -> Catalogue:
        return self.matcher.catalogue

    def core(self, count: int) -> list[Fact]:
        """The facts that nobody should miss, in the order of the course."""
        facts = [fact for topic in self.catalogue.topics for key in topic.facts if (fact := self.catalogue.facts[key])]
        return ([fact for fact in facts if fact.core] or facts)[:count]

    def current(self, memories: Mapping[FactKey, Memory]) -> dict[FactKey, Memory]:
        """Memories under today's keys; those of facts that have left the pack are left out."""
        facts = self.catalogue.facts
        found = {key: memory for key, memory in memories.items() if key in facts}
        for key, memory in memories.items():
            if key in facts:
                continue
            if (fact := self.catalogue.get(key)) and (key == fact.key or fact.key not in memories):
                found[fact.key] = memory
        return found
