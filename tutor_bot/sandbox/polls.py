"""Native polls: what Telegram takes, votes, results and closing."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.entities import Entity
from tutor_bot.sandbox.refused import bad

QUESTION, OPTION, EXPLANATION = 300, 100, 200
MOST_OPTIONS = 12
LINE_FEEDS = 2
PERIOD = range(5, 2_628_001)
"""Seconds."""


@dataclass
class Poll:
    """A poll and its votes; `right` holds the indices of a quiz's right options."""

    id: str
    question: str
    options: list[str]
    kind: str
    chat: int
    anonymous: bool = True
    several: bool = False
    revoting: bool = True
    right: list[int] = field(default_factory=list)
    explanation: str = ""
    explanation_entities: list[Entity] = field(default_factory=list)
    question_entities: list[Entity] = field(default_factory=list)
    hides_results: bool = False
    shuffles: bool = False
    open_period: int | None = None
    closes: datetime | None = None
    closed: bool = False
    votes: dict[int, list[int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        chosen = [option for options in self.votes.values() for option in options]
        shown: dict[str, Any] = {
            "id": self.id,
            "question": self.question,
            "options": [
                {"persistent_id": str(place), "text": text, "voter_count": chosen.count(place)}
                for place, text in enumerate(self.options)
            ],
            "total_voter_count": len(self.votes),
            "is_closed": self.closed,
            "is_anonymous": self.anonymous,
            "type": self.kind,
            "allows_multiple_answers": self.several,
            "allows_revoting": self.revoting,
            "members_only": False,
        }
        if self.question_entities:
            shown["question_entities"] = self.question_entities
        if self.kind == "quiz":
            shown["correct_option_ids"] = self.right
            if len(self.right) == 1:
                shown["correct_option_id"] = self.right[0]
        if self.explanation:
            shown["explanation"] = self.explanation
            shown["explanation_entities"] = self.explanation_entities
        if self.open_period:
            shown["open_period"] = self.open_period
        if self.closes:
            shown["close_date"] = int(self.closes.timestamp())
        return shown

    def vote(self, person: int, options: list[int]) -> bool:
        """Take a person's vote, or their taking it back; False when nothing changes. Raises Refused."""
        if self.closed:
            raise bad("this poll is closed")
        if not set(options) <= set(range(len(self.options))) or (len(options) > 1 and not self.several):
            raise bad("these options cannot be chosen")
        before = self.votes.get(person)
        if before is not None and not self.revoting:
            raise bad("a vote in a quiz cannot be changed")
        if before == sorted(options) or (before is None and not options):
            return False
        if options:
            self.votes[person] = sorted(options)
        else:
            del self.votes[person]
        return True


def poll_of(call: Call, poll_id: str, chat: int, now: datetime) -> Poll:
    """The poll that a sendPoll call asks for. Raises Refused as Telegram would."""
    question, question_entities = call.words(
        "question", QUESTION, f"poll question length must not exceed {QUESTION}", "question_parse_mode"
    )
    if not question:
        raise bad("poll question must be non-empty")
    kind = call.text("type") or "regular"
    if kind not in ("regular", "quiz"):
        raise bad("unsupported poll type specified")
    poll = Poll(
        id=poll_id,
        question=question,
        question_entities=question_entities,
        options=_options(call),
        kind=kind,
        chat=chat,
        anonymous=call.flag("is_anonymous", True),
        several=call.flag("allows_multiple_answers"),
        revoting=call.flag("allows_revoting", kind == "regular"),
        hides_results=call.flag("hide_results_until_closes"),
        shuffles=call.flag("shuffle_options"),
        closed=call.flag("is_closed"),
    )
    if kind == "quiz":
        poll.right = _right(call, poll)
        poll.explanation, poll.explanation_entities = call.words(
            "explanation", EXPLANATION, "MESSAGE_TOO_LONG", "explanation_parse_mode"
        )
        if poll.explanation.count("\n") > LINE_FEEDS:
            raise bad(f"poll explanation must have at most {LINE_FEEDS} line feeds")
    _set_timer(call, poll, now)
    return poll


def _options(call: Call) -> list[str]:
    listed = call.listed("options")
    options = [str(option.get("text", "") if isinstance(option, dict) else option).strip() for option in listed]
    if not options:
        raise bad("poll must have at least one answer option")
    if len(options) > MOST_OPTIONS:
        raise bad(f"poll can't have more than {MOST_OPTIONS} options")
    for option in options:
        if not option:
            raise bad("poll option must be non-empty")
        if len(option) > OPTION:
            raise bad(f"poll options length must not exceed {OPTION}")
    return options


def _right(call: Call, poll: Poll) -> list[int]:
    given = call.listed("correct_option_ids") if "correct_option_ids" in call else []
    if not given and "correct_option_id" in call:
        given = [call.number("correct_option_id")]
    if not given:
        raise bad("correct quiz option list must be non-empty")
    try:
        right = [int(option) for option in given]
    except (TypeError, ValueError):
        raise bad("can't parse correct_option_ids: expected an Array of numbers") from None
    if right != sorted(set(right)):
        raise bad("correct quiz option list must be increasing")
    if not 0 <= right[0] <= right[-1] < len(poll.options):
        raise bad("wrong quiz correct_option_id")
    if len(right) > 1 and not poll.several:
        raise bad("several correct options need allows_multiple_answers")
    return right


def _set_timer(call: Call, poll: Poll, now: datetime) -> None:
    if "open_period" in call:
        period = call.number("open_period")
        if period not in PERIOD:
            raise bad(f"open_period must be from {PERIOD.start} to {PERIOD.stop - 1}")
        poll.open_period, poll.closes = period, now + timedelta(seconds=period)
    elif "close_date" in call:
        seconds = call.number("close_date") - int(now.timestamp())
        if seconds not in PERIOD:
            raise bad("POLL_CLOSE_DATE_INVALID")
        poll.closes = now + timedelta(seconds=seconds)
