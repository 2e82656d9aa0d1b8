"""How much a pack holds, and how much of its plan it covers."""

from collections import Counter

from tutor_bot.domain.facts import Catalogue, Fact, ItemKind, Pack


def stats(catalogue: Catalogue) -> str:
    """A table for each pack, as plain text."""
    return "\n\n".join(_pack(pack, catalogue) for pack in catalogue.packs)


def _pack(pack: Pack, catalogue: Catalogue) -> str:
    facts = [catalogue.facts[key] for topic in pack.topics for key in topic.facts]
    kinds = [kind for kind in ItemKind if any(item.kind is kind for fact in facts for item in fact.items)]
    head = ["topic", "facts", "phrasings", "items", *kinds]
    rows = [head]
    for topic in pack.topics:
        rows.append([topic.title, *_counts([catalogue.facts[key] for key in topic.facts], kinds)])
    rows.append(["all", *_counts(facts, kinds)])
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if not n else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    certainty = Counter(str(fact.certainty) for fact in facts)
    lines += ["", "certainty: " + ", ".join(f"{name} {n}" for name, n in certainty.most_common())]
    lines += _coverage(pack, facts)
    return "\n".join([f"{pack.id}: {pack.title}", "", *lines])


def _counts(facts: list[Fact], kinds: list[ItemKind]) -> list[str]:
    items = Counter(item.kind for fact in facts for item in fact.items)
    phrasings = sum(len({fact.question, *fact.also_asked}) for fact in facts)
    return [str(len(facts)), str(phrasings), str(items.total()), *(str(items[kind]) for kind in kinds)]


def _coverage(pack: Pack, facts: list[Fact]) -> list[str]:
    """How much of what `pack.yaml` plans is covered, and what is missing."""
    people, terms = [person.name for person in pack.people], list(pack.glossary)
    has_persons = {name for fact in facts for name in fact.persons}
    has_terms = {name for fact in facts for name in fact.terms}
    found = (
        ("outline", range(1, pack.outline + 1), {number for fact in facts for number in fact.covers}),
        ("claims", pack.claims, {claim for fact in facts for claim in fact.claims}),
        ("misconceptions", pack.misconceptions, {name for fact in facts for name in fact.corrects}),
        ("key people", people, has_persons),
        ("glossary", terms, has_terms),
    )
    lines = []
    for name, planned, covered in found:
        missing = [str(part) for part in planned if part not in covered]
        if planned:
            told = f"; missing: {', '.join(missing)}" if missing else ""
            lines.append(f"{name}: {len(planned) - len(missing)} of {len(planned)} covered{told}")
    return lines
