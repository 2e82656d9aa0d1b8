"""What a curator sees of /review, and the learner whose question has an answer now."""

from html import escape

from tutor_bot.domain.curation import Asking, Decided, Decision, MissKind, Review, Step
from tutor_bot.domain.facts import Certainty, Fact
from tutor_bot.domain.outgoing import NewsOut
from tutor_bot.wording.answers import fact_html, shortened
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.reference import fact_mark
from tutor_bot.wording.view import Button, Buttons, View
from tutor_bot.wording.voice import Voice


def _e(text: str) -> str:
    return escape(text, quote=False)


def review_view(review: Review, v: Voice) -> View:
    """The group that was asked most, and what can be done with it."""
    miss = review.miss
    waiting = v.ngettext("{n} question waits.", "{n} questions wait.", review.groups).format(n=review.groups)
    times = v.ngettext("Asked {n} time:", "Asked {n} times:", review.times).format(n=review.times)
    why = {
        MissKind.UNKNOWN: v.gettext("I did not know it."),
        MissKind.NONE_OF_THESE: v.gettext("None of what I offered was meant."),
        MissKind.NOT_MEANT: v.gettext("My answer was not what was meant."),
        MissKind.WRONG: v.gettext("Somebody says that this is wrong."),
    }[miss.kind]
    lines = [_e(waiting), f"{_e(times)} <b>{_e(shortened(miss.text, 600))}</b>", f"<i>{_e(why)}</i>"]
    if review.variants:
        lines.append(_e(v.gettext("Also asked as:") + " " + "; ".join(shortened(t, 200) for t in review.variants)))
    if miss.kind is MissKind.WRONG:
        lines += [f"<b>{_e(fact.question)}</b>\n{fact_html(fact, v)}" for fact in review.facts]
        return View(
            "\n\n".join(lines), ((_button(v.gettext("Looked into"), Verb.REVIEW_SEEN, miss.id),), _later(miss.id, v))
        )
    lines.append(_e(v.gettext("Is it the same as one of these?")))
    rows: Buttons = (
        *_same(review.facts[:4], miss.id),
        (
            _button(v.gettext("Another fact…"), Verb.REVIEW_SEARCH, miss.id),
            _button(v.gettext("New fact"), Verb.REVIEW_NEW, miss.id),
        ),
        (_button(v.gettext("Out of scope"), Verb.REVIEW_OUT, miss.id), *_later(miss.id, v)),
    )
    return View("\n\n".join(lines), rows)


def _same(facts: tuple[Fact, ...], miss: int) -> Buttons:
    return tuple(
        (Button("= " + shortened(f.question), press(Verb.REVIEW_SAME, miss, word=fact_mark(f))),) for f in facts
    )


def _later(miss: int, v: Voice) -> tuple[Button, ...]:
    return (_button(v.gettext("Later"), Verb.REVIEW_LATER, miss),)


def _button(text: str, verb: Verb, miss: int) -> Button:
    return Button(text, press(verb, miss))


def nothing_view(v: Voice) -> View:
    return View(_e(v.gettext("Nothing waits for you: every question has been answered or decided.")))


def decided_view(decided: Decided, v: Voice) -> View:
    told = v.ngettext("{n} learner is told.", "{n} learners are told.", decided.told).format(n=decided.told)
    text = {
        Decision.SAME: v.gettext("Learnt: these words mean that fact from now on.") + " " + told,
        Decision.NEW: v.gettext("Learnt: the new fact answers from now on.") + " " + told,
        Decision.OUT_OF_SCOPE: v.gettext("Out of scope. It will not come back."),
        Decision.SEEN: v.gettext("Noted as looked into. Changes to a fact are made in the pack's files."),
    }[decided.decision]
    return View("✅ " + _e(text))


def decided_already_view(v: Voice) -> View:
    return View(_e(v.gettext("That has been decided already. /review shows what waits.")))


def put_off_view(v: Voice) -> View:
    return View(_e(v.gettext("Put off until tomorrow.")))


def cancelled_view(v: Voice) -> View:
    return View(_e(v.gettext("Cancelled. /review shows what waits.")))


def asking_view(asking: Asking, v: Voice) -> View:
    """What a curator is to write or to press next."""
    miss = asking.miss.id
    cancel = (_button(v.gettext("Cancel"), Verb.REVIEW_CANCEL, miss),)
    question = f"<b>{_e(shortened(asking.miss.text, 600))}</b>"
    if asking.too_long:
        return View(_e(v.gettext("That is too long: at most 1,000 letters. Write it shorter, please.")), (cancel,))
    match asking.step:
        case Step.SEARCH if asking.found:
            head = _e(v.gettext("Which of these is it? Or write other words."))
            return View(f"{question}\n\n{head}", (*_same(asking.found, miss), cancel))
        case Step.SEARCH:
            return View(f"{question}\n\n" + _e(v.gettext("Write a few words of the fact that you mean.")), (cancel,))
        case Step.ANSWER:
            text = v.gettext("Write the answer: one to three plain sentences.")
        case Step.SOURCE:
            text = v.gettext("Now the source: author, title, year.")
        case Step.CERTAINTY:
            names = (
                (Certainty.ESTABLISHED, v.gettext("Established")),
                (Certainty.PROBABLE, v.gettext("Probable")),
                (Certainty.DISPUTED, v.gettext("Disputed")),
                (Certainty.LEGEND, v.gettext("Legend")),
            )
            row = tuple(Button(name, press(Verb.REVIEW_CERTAINTY, miss, word=sure)) for sure, name in names)
            return View(f"{question}\n\n" + _e(v.gettext("How certain is it?")), (row[:2], row[2:], cancel))
    return View(f"{question}\n\n{_e(text)}", (cancel,))


def news_view(news: NewsOut, v: Voice) -> View:
    """A question that waited has an answer."""
    head = v.gettext("You asked: {question}").format(question=f"<i>{_e(shortened(news.asked, 300))}</i>")
    now = v.gettext("Now I can answer that:")
    return View(f"📬 {head}\n{_e(now)}\n\n{fact_html(news.fact, v)}")


def flagged_text(v: Voice) -> str:
    return v.gettext("Thank you. The people who write my facts will look into it.")
