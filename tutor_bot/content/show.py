"""One fact as a curator wants to see it."""

from tutor_bot.domain.facts import Catalogue, Fact


def shown(fact: Fact, catalogue: Catalogue) -> str:
    """All that is known of a fact, as plain text."""
    lines = [f"{fact.key} · {catalogue.topic_of(fact).title} · {fact.certainty}", "", fact.question, "", fact.answer]
    if fact.note:
        lines += ["", f"Note: {fact.note}"]
    if fact.more:
        lines += ["", fact.more]
    if fact.also_asked:
        lines += ["", "Also asked:", *(f"  {asked}" for asked in fact.also_asked)]
    if fact.sources:
        lines += ["", "Sources:", *(f"  {source}" for source in fact.sources)]
    if fact.see_also:
        lines += ["", "See also: " + ", ".join(catalogue.short_name(key) for key in fact.see_also)]
    for item in fact.items:
        lines += ["", f"Quiz ({item.kind}): {item.stem}"]
        if item.kind == "order":
            lines.append("  = " + " → ".join(item.right))
        else:
            lines += [f"  + {option}" for option in item.right]
        lines += [f"  - {option}" for option in item.wrong]
        if item.why:
            lines.append(f"  {item.why}")
    return "\n".join(lines)
