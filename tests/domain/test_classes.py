"""What a class is asked, how its members are named, and its leaderboard."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from tests.builders import NOON
from tutor_bot.domain.choosing import RESTED, choose_for_class
from tutor_bot.domain.classes import ClassAnswer, Member, Names, Period, called, growth_of, leaders, nickname_of
from tutor_bot.domain.memory import Memory, Recall, review

DAY = timedelta(days=1)
COURSE = ["a", "b", "c", "d", "e"]
AMINA, BO, CHIDI = 1, 2, 3


def faded(days: float) -> Memory:
    """Known once, so many days ago."""
    return review(None, Recall.AT_ONCE, NOON - days * DAY)


JUST = faded(0.1)


@pytest.mark.parametrize(
    ("idea", "size", "members", "expected"),
    [
        ("a class that nobody knows begins with the course", 3, [], ["a", "b", "c"]),
        ("a class of one that has met nothing", 2, [{}], ["a", "b"]),
        ("one place of three is for what fades", 3, [{"e": faded(30)}], ["e", "a", "b"]),
        (
            "what two forget comes before what one forgets",
            1,
            [{"d": faded(30), "c": JUST}, {"d": faded(30), "c": faded(30)}],
            ["d"],
        ),
        ("all met: what has faded furthest", 1, [dict.fromkeys("abde", faded(3)) | {"c": faded(40)}], ["c"]),
        ("nobody is asked anew what they were asked today", 2, [dict.fromkeys("abc", JUST)], ["d", "e"]),
        (
            "half the class has forgotten it, half has never met it",
            1,
            [{"b": faded(40), "a": JUST}, {"a": JUST}],
            ["b"],
        ),
        ("a small course is asked whole, and nothing twice", 9, [{"a": JUST, "b": faded(9)}], None),
        ("what is no more in the course is not asked", 1, [{"gone": faded(99)}], ["a"]),
    ],
)
def test_facts_for_a_class(
    idea: str, size: int, members: Sequence[dict[str, Memory]], expected: list[str] | None
) -> None:
    chosen = choose_for_class(size, COURSE, COURSE, members, NOON)
    assert expected is None or chosen == expected, idea
    assert len(chosen) == len(set(chosen)) == min(size, len(COURSE))


def test_what_was_just_asked_waits_for_the_next_day() -> None:
    """Twelve hours later it may come back."""
    members = [dict.fromkeys(COURSE, faded(0)) | {"c": review(None, Recall.WRONG, NOON)}]
    assert choose_for_class(1, COURSE, [], members, NOON + timedelta(hours=1)) != ["c"]
    assert choose_for_class(1, COURSE, [], members, NOON + RESTED) == ["c"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Robin", "Robin"),
        ("  Robin \n Hood ", "Robin Hood"),
        ("x" * 200, "x" * 24),
        ("<b>&", "<b>&"),
        ("\u202eRobin\u2069", "Robin"),
        ("a\u0000b\u200bc", "a b c"),
        ("x" * 23 + " yz", "x" * 23),
        ("", None),
        ("\u200b \u202e", None),
        ("Анна 🦊", "Анна 🦊"),
    ],
)
def test_nicknames(written: str, kept: str | None) -> None:
    """One line of visible letters, at most 24."""
    assert nickname_of(written) == kept


def test_how_members_are_called() -> None:
    """A nickname wins; with nicknames alone two pictures stand for a name, the same each time, others for others."""
    assert called("Amina", "Robin", Names.NICKNAMES, 1) == "Robin"
    assert called("Amina", None, Names.NAMES, 1) == "Amina"
    pictures = {called("Amina", None, Names.NICKNAMES, learner) for learner in range(900)}
    assert len(pictures) == 900
    assert all(2 <= len(name) <= 4 and not any(c.isalnum() for c in name) for name in pictures)


def answers(learner: int, pattern: str, bonus: int = 0, first: datetime = NOON, a_day: int = 1) -> list[ClassAnswer]:
    """An answer for each letter, + for a right one; so many a day."""
    return [
        ClassAnswer(learner, date(2026, 3, 1) + place // a_day * DAY, first + place * DAY, sign == "+", bonus)
        for place, sign in enumerate(pattern)
    ]


MEMBERS = {AMINA: Member(AMINA, "Amina"), BO: Member(BO, "Bo"), CHIDI: Member(CHIDI, "Chidi")}


def test_the_leaderboard() -> None:
    """By points; equal points share a rank; speed and right answers stay apart; who had nothing right is not named."""
    given = [*answers(AMINA, "++"), *answers(BO, "+", bonus=100), *answers(CHIDI, "--")]
    found = leaders("7b", Period.WEEK, MEMBERS, Names.NAMES, given)
    assert [(r.name, r.rank, r.right, r.answered, r.bonus, r.points) for r in found.rows] == [
        ("Amina", 1, 2, 2, 0, 200),
        ("Bo", 1, 1, 1, 100, 200),
    ]


@pytest.mark.parametrize(
    ("idea", "member", "names", "shown"),
    [
        ("hidden", Member(BO, "Bo", hidden=True), Names.NAMES, None),
        ("left", Member(BO, "Bo", inside=False), Names.NAMES, None),
        ("never checked", Member(BO, "Bo", inside=None), Names.NAMES, "Bo"),
        ("nicknamed", Member(BO, "Bo", "Robin"), Names.NAMES, "Robin"),
        ("nicknames alone", Member(BO, "Bo"), Names.NICKNAMES, called("Bo", None, Names.NICKNAMES, BO)),
    ],
)
def test_who_stands_on_the_leaderboard(idea: str, member: Member, names: Names, shown: str | None) -> None:
    """Hidden members and those who have left stand nowhere on it, not even among the steady or the grown."""
    given = answers(BO, "-" * 6 + "+" * 6)
    found = leaders("7b", Period.TERM, {BO: member}, names, given)
    told = {*(row.name for row in found.rows), *(name for name, _ in (*found.grown, *found.steady))}
    assert told == ({shown} if shown else set()), idea


@pytest.mark.parametrize(
    ("idea", "pattern", "growth"),
    [
        ("too early to tell", "-" * 5 + "+" * 5, 0),
        ("from nothing to all", "-" * 6 + "+" * 6, 1),
        ("from a half to all", "+-+-+-" + "+" * 6, 0.5),
        ("worse", "+" * 6 + "-" * 6, -1),
        ("the odd one is of the second half", "-" * 6 + "+" * 6 + "-", 6 / 7),
    ],
)
def test_growth(idea: str, pattern: str, growth: float) -> None:
    """The share right in the second half of one's answers above that in the first, in whatever order they are given."""
    assert growth_of(answers(AMINA, pattern)) == pytest.approx(growth), idea
    assert growth_of(reversed(answers(AMINA, pattern))) == pytest.approx(growth), idea


def test_who_is_honoured_beside_points() -> None:
    """Most grown and steadiest first, three at most; two days are not steady yet."""
    members = {n: Member(n, f"M{n}") for n in range(6)}
    given = [a for n in range(1, 6) for a in answers(n, "-" * (12 - n) + "+" * n, a_day=4)]
    given += answers(0, "+++++++", a_day=4)
    found = leaders("7b", Period.MONTH, members, Names.NAMES, given)
    assert found.grown == (("M5", 83), ("M4", 67), ("M3", 50))
    assert {days for _, days in found.steady} == {3}
    assert len(found.steady) == 3
    assert "M0" not in dict(found.steady)
