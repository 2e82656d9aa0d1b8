from tests.builders import NOON, ExactMatcher, catalogue, fact
from tutor_bot.domain.facts import Source
from tutor_bot.domain.memory import met
from tutor_bot.usecases.knowledge import Knowledge


def test_a_renamed_fact_is_found_under_its_old_id() -> None:
    """`was` keeps what learners remember of a fact whose id has changed."""
    renamed = catalogue(fact("letter", was=("testament",)), fact("funeral"))
    found = renamed.get("demo/testament")
    assert found
    assert found.key == "demo/letter"
    assert renamed.get("demo/gone") is None
    knowledge = Knowledge(ExactMatcher(renamed))
    old, new = met(NOON), met(NOON.replace(year=2027))
    assert knowledge.current({"demo/testament": old, "demo/gone": old}) == {"demo/letter": old}
    assert knowledge.current({"demo/letter": new, "demo/testament": old}) == {"demo/letter": new}


def test_names_of_facts() -> None:
    """A bare id names a fact where only one pack has it; the pack is said where two have."""
    two = catalogue(fact("testament"), fact("testament", pack="other"), fact("funeral"))
    assert two.short_name("demo/funeral") == "funeral"
    assert two.short_name("demo/testament") == "demo/testament"
    assert two.named("testament") is None
    assert two.named("other/testament") is not None
    assert two.named("funeral") is not None


def test_sources_as_they_are_cited() -> None:
    """Author, title and year, as far as there are any."""
    assert str(Source("a", "Moshe Lewin", "Lenin's Last Struggle", 1968)) == "Moshe Lewin, Lenin's Last Struggle (1968)"
    assert str(Source("b", "", "Short Course", 1938)) == "Short Course (1938)"
    assert str(Source("c", "Vladimir Lenin", "Collected Works, vol. 36")) == "Vladimir Lenin, Collected Works, vol. 36"
