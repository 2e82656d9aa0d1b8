"""Answers to questions: found, doubtful, unknown, small talk."""

from collections.abc import Sequence
from html import escape

from tutor_bot.domain.facts import Catalogue, Certainty, Fact, Source
from tutor_bot.domain.outcomes import Found, Outcome, Talk, TalkKind, Unknown, Unsure
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, Buttons, View
from tutor_bot.wording.voice import Voice, voice

LIMIT = 4096
TITLE_LIMIT = 60


def _e(text: str) -> str:
    return escape(text, quote=False)


def shortened(text: str, limit: int = TITLE_LIMIT) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def certainty(fact: Fact, v: Voice) -> str:
    """How sure this is, in a line; empty where historians agree."""
    match fact.certainty:
        case Certainty.ESTABLISHED:
            label = ""
        case Certainty.PROBABLE:
            label = v.gettext("Probable, not certain.")
        case Certainty.DISPUTED:
            label = v.gettext("Disputed: historians do not agree.")
        case Certainty.LEGEND:
            label = v.gettext("A legend: told often, not proved.")
    return f"{label} {fact.note}".strip()


def _short_sources(sources: Sequence[Source]) -> str:
    return "; ".join(str(source) for source in sources)


def fact_html(fact: Fact, v: Voice, *, more: bool = False) -> str:
    """A fact as a message: answer, certainty, sources; with `more` its longer telling too."""
    parts = [_e(fact.answer)]
    if sure := certainty(fact, v):
        parts.append(f"⚖️ <i>{_e(sure)}</i>")
    if more and fact.more:
        parts.append(_e(fact.more))
    if fact.sources:
        parts.append("📚 " + _e(_short_sources(fact.sources)))
    if fact.added:
        parts.append(f"<i>{_e(_added(v))}</i>")
    return "\n\n".join(parts)


def _added(v: Voice) -> str:
    return v.gettext("Added by a curator, not yet in the pack.")


def card_html(fact: Fact, v: Voice) -> str:
    """A fact with its question, for a chat in which nobody has asked."""
    return f"<b>{_e(fact.question)}</b>\n\n{fact_html(fact, v)}"


def fact_buttons(fact: Fact, asked: int, v: Voice, *, more: bool = True, private: bool = True) -> Buttons:
    """The buttons under an answer; quizzes are for the private chat."""
    first = []
    if more and fact.more:
        first.append(Button(v.gettext("More"), press(Verb.MORE, asked)))
    if fact.sources:
        first.append(Button(v.gettext("Sources"), press(Verb.SOURCES, asked)))
    if private and fact.items:
        first.append(Button(v.gettext("Quiz me on this"), press(Verb.QUIZ_ON, asked)))
    doubts = (
        Button(v.gettext("Not what I meant"), press(Verb.NOT_MEANT, asked)),
        Button(v.gettext("This seems wrong"), press(Verb.FLAG, asked)),
    )
    return (tuple(first), doubts)


def fact_view(
    fact: Fact, asked: int, v: Voice, *, more: bool = False, private: bool = True, foreign: bool = False
) -> View:
    html = fact_html(fact, v, more=more)
    if foreign:
        html = f"<i>{_e(_in_english(v))}</i>\n<b>{_e(fact.question)}</b>\n\n{html}"
    return View(html, fact_buttons(fact, asked, v, more=not more, private=private))


def _in_english(v: Voice) -> str:
    return v.gettext("I understood this as a question whose answer I have in English only:")


def sources_view(fact: Fact, v: Voice) -> View:
    head = v.gettext("Where this can be read:")
    return View("\n".join([f"<b>{_e(head)}</b>", *(f"• {_e(str(source))}" for source in fact.sources)]))


def gone_view(v: Voice) -> View:
    return View(_e(v.gettext("That is no longer taught here. Ask me anew, in your own words.")))


def choices_view(facts: Sequence[tuple[int, Fact]], asked: int, v: Voice, *, head: str = "") -> View:
    """`facts` with their places among the candidates, as buttons, and "none of these"."""
    head = head or v.gettext("I am not sure which of these you mean:")
    rows = tuple((Button(shortened(fact.question), press(Verb.CHOOSE, asked, place)),) for place, fact in facts)
    none = (Button(v.gettext("None of these"), press(Verb.NONE_OF_THESE, asked)),)
    return View(_e(head), (*rows, none))


def not_meant_view(facts: Sequence[tuple[int, Fact]], asked: int, v: Voice) -> View:
    if not facts:
        return noted_view(v)
    return choices_view(facts, asked, v, head=v.gettext("Sorry! Is it one of these?"))


def noted_view(v: Voice) -> View:
    return View(
        _e(
            v.gettext(
                "Thank you. I have noted it for the people who write my facts. "
                "Try other words if you like, or see what I know with /topics."
            )
        )
    )


def unknown_html(outcome: Unknown, catalogue: Catalogue, v: Voice) -> str:
    topics = [topic.title for topic in catalogue.topics if topic.key in outcome.topics]
    lines = [
        v.gettext("I do not know that, so I will not guess. Your question is noted for the people who write my facts.")
    ]
    if topics:
        lines.append(v.gettext("The nearest I know about: {topics}.").format(topics=", ".join(topics)))
    else:
        lines.append(
            v.gettext("I know about: {subjects}.").format(subjects="; ".join(p.title for p in catalogue.packs))
        )
    return _e("\n\n".join(lines))


def talk_html(kind: TalkKind, catalogue: Catalogue, v: Voice) -> str:
    subject = "; ".join(pack.title for pack in catalogue.packs)
    match kind:
        case TalkKind.GREETING:
            text = v.gettext("Hello! Ask me anything about: {subject}.").format(subject=subject)
        case TalkKind.THANKS:
            text = v.gettext("You are welcome. Ask on whenever you like.")
        case TalkKind.GOODBYE:
            text = v.gettext("See you! I am here whenever you have a question.")
        case TalkKind.ABUSE:
            text = v.gettext("I would like to help. Which question about the subject can I answer for you?")
        case TalkKind.DISTRESS:
            text = v.gettext(
                "That sounds hard, and I am only a history bot. Please talk to somebody you trust today: "
                "a parent, a teacher, a friend. If you are in danger, call your local emergency number; "
                "findahelpline.com lists people in your country who listen, free and in private."
            )
        case TalkKind.ABILITIES:
            text = v.gettext(
                "I answer questions about {subject}, with sources, and I say so when I do not know. "
                "/quiz asks you five questions, /daily brings back each day what you are about to forget, "
                "/progress shows what you know, /topics what there is."
            ).format(subject=subject)
        case TalkKind.WANTS_QUIZ:
            text = v.gettext("A quiz? Send /quiz and I begin.")
        case TalkKind.WANTS_PROGRESS:
            text = v.gettext("Send /progress and I show you what you know.")
        case TalkKind.WANTS_STOP:
            text = v.gettext("Send /stop and I end the quiz.")
        case TalkKind.CHAT:
            text = v.gettext(
                "I am only good at one thing: {subject}. Ask me about that, or send /quiz and I ask you."
            ).format(subject=subject)
        case TalkKind.EMPTY:
            text = v.gettext("I read words. Ask me a question about {subject}.").format(subject=subject)
    return _e(text)


def answer_view(outcome: Outcome, catalogue: Catalogue, asked: int, v: Voice, *, private: bool = True) -> View:
    """What the asker reads; `asked` is the number that the buttons carry."""
    match outcome:
        case Found(fact=key, foreign=foreign, more=more):
            return fact_view(catalogue.facts[key], asked, v, more=more, private=private, foreign=foreign)
        case Unsure(offered=offered, candidates=candidates):
            places = [c.fact for c in candidates]
            return choices_view([(places.index(key), catalogue.facts[key]) for key in offered], asked, v)
        case Unknown():
            return View(unknown_html(outcome, catalogue, v))
        case Talk(kind=kind):
            return View(talk_html(kind, catalogue, v))


def answer_text(outcome: Outcome, catalogue: Catalogue, language: str = "en") -> str:
    """The same without markup, for a terminal: answer, certainty and sources."""
    v = voice(language)
    match outcome:
        case Found(fact=key, foreign=foreign, more=more):
            fact = catalogue.facts[key]
            sources = v.gettext("Sources: {sources}").format(sources=_short_sources(fact.sources))
            parts = [
                f"{_in_english(v)} {fact.question}" if foreign else "",
                fact.answer,
                certainty(fact, v),
                fact.more if more else "",
                sources if fact.sources else "",
                _added(v) if fact.added else "",
            ]
            return "\n".join(part for part in parts if part)
        case Unsure(offered=offered):
            return "\n".join(
                [
                    v.gettext("I am not sure which of these you mean:"),
                    *(catalogue.facts[k].question for k in offered),
                ]
            )
        case Unknown():
            return _plain(unknown_html(outcome, catalogue, v))
        case Talk(kind=kind):
            return _plain(talk_html(kind, catalogue, v))


def _plain(html: str) -> str:
    return html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def lesson_view(fact: Fact, v: Voice) -> View:
    """A fact told whole, after it was missed in a quiz."""
    return View(f"<b>{_e(fact.question)}</b>\n\n{fact_html(fact, v, more=True)}")
