"""A topic by whatever a person calls it."""

from difflib import get_close_matches

from tutor_bot.domain.facts import Topic


def find_topics(asked: str, topics: list[Topic]) -> list[int]:
    """Places of the topics that the words may mean; one place when they are clear."""
    wanted = asked.casefold().strip()
    exact = [i for i, t in enumerate(topics) if wanted in (t.id.casefold(), t.key.casefold(), t.title.casefold())]
    if exact:
        return exact
    if part := [i for i, t in enumerate(topics) if wanted in t.title.casefold() or wanted in t.id]:
        return part
    words = {word: i for i, t in enumerate(topics) for word in (*t.title.casefold().split(), t.title.casefold(), t.id)}
    close = get_close_matches(wanted, words, n=3, cutoff=0.75)
    return list(dict.fromkeys(words[word] for word in close))
