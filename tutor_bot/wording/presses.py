"""What a button says when it is pressed: a verb and numbers, checked when they come back."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    EXAMPLE = "ex"
    MORE = "more"
    SOURCES = "src"
    QUIZ_ON = "qz"
    NOT_MEANT = "no"
    CHOOSE = "pick"
    NONE_OF_THESE = "none"
    GO_ON = "go"
    NEW_QUIZ = "new"
    AGAIN = "again"
    MISSED = "miss"
    TOPIC = "topic"
    DAILY_HOUR = "hour"
    DAILY_ZONE = "zone"
    DAILY_OFF = "off"
    LATER = "later"
    HINT = "hint"
    GIVE_UP = "dunno"
    STOP_QUIZ = "stop"
    TIMELINE = "time"
    PEOPLE = "who"
    FACT = "fact"
    FLAG = "flag"
    FLAG_ITEM = "flagq"
    REVIEW_SAME = "rsame"
    REVIEW_SEARCH = "rfind"
    REVIEW_NEW = "rnew"
    REVIEW_CERTAINTY = "rsure"
    REVIEW_OUT = "rout"
    REVIEW_SEEN = "rseen"
    REVIEW_LATER = "rlater"
    REVIEW_CANCEL = "rstop"
    ZONE_CLOCK = "zclock"
    ZONE_AT = "zat"
    SETTINGS = "set"
    SET_HOUR = "shour"
    SET_NO_HOUR = "snohour"
    SET_SIZE = "ssize"
    SET_TOPIC = "stopic"
    SET_ALL_TOPICS = "salltop"
    SET_REMINDER = "sremind"
    SET_WEEKLY = "sweek"
    SET_LANGUAGE = "slang"
    NOT_TODAY = "nottoday"
    PAUSE = "pause"
    EXAM = "exam"
    PROGRESS = "prog"
    WEAKEST = "weak"
    WEAK_QUIZ = "weakq"
    PRACTISE = "prac"
    CALENDAR = "cal"
    LIVE_JOIN = "join"
    LIVE_START = "begin"
    LIVE_OPTIONS = "lopt"
    LIVE_MODE = "lmode"
    LIVE_SPEED = "lspeed"
    LIVE_TALK = "ltalk"
    LIVE_TEAMS = "lteams"
    LIVE_TEAM = "lteam"
    LIVE_NEXT = "lnext"
    LIVE_PAUSE = "lpause"
    LIVE_SKIP = "lskip"
    CLASS = "class"
    CLASS_HOUR = "chour"
    CLASS_NO_HOUR = "cnohour"
    CLASS_ZONE = "czone"
    CLASS_SIZE = "csize"
    CLASS_TOPIC = "ctopic"
    CLASS_ALL_TOPICS = "calltop"
    CLASS_NAMES = "cnames"
    CLASS_SPEED = "cspeed"
    CLASS_TALK = "ctalk"
    CLASS_LANGUAGE = "clang"
    LEADERS = "lead"
    REPORT = "report"
    REPORT_FILES = "rfiles"
    DIGEST = "digest"
    FORGET = "forget"
    FORGET_FOR_GOOD = "forgetall"
    FORGET_NOT = "keep"


@dataclass(frozen=True, slots=True)
class Press:
    verb: Verb
    numbers: tuple[int, ...] = ()
    word: str = ""

    def __str__(self) -> str:
        return ":".join([self.verb, *map(str, self.numbers), *([self.word] if self.word else [])])


def press(verb: Verb, *numbers: int, word: str = "") -> str:
    return str(Press(verb, numbers, word))


# How many numbers each verb carries, and whether a word follows.
_FORM: dict[Verb, tuple[int, bool]] = {
    Verb.EXAMPLE: (1, False),
    Verb.MORE: (1, False),
    Verb.SOURCES: (1, False),
    Verb.QUIZ_ON: (1, False),
    Verb.NOT_MEANT: (1, False),
    Verb.CHOOSE: (2, False),
    Verb.NONE_OF_THESE: (1, False),
    Verb.GO_ON: (0, False),
    Verb.NEW_QUIZ: (2, False),
    Verb.AGAIN: (1, False),
    Verb.MISSED: (2, False),
    Verb.TOPIC: (1, False),
    Verb.DAILY_HOUR: (1, False),
    Verb.DAILY_ZONE: (1, True),
    Verb.DAILY_OFF: (0, False),
    Verb.LATER: (0, False),
    Verb.HINT: (2, False),
    Verb.GIVE_UP: (1, False),
    Verb.STOP_QUIZ: (0, False),
    Verb.TIMELINE: (1, False),
    Verb.PEOPLE: (1, False),
    Verb.FACT: (0, True),
    Verb.FLAG: (1, False),
    Verb.FLAG_ITEM: (1, False),
    Verb.REVIEW_SAME: (1, True),
    Verb.REVIEW_SEARCH: (1, False),
    Verb.REVIEW_NEW: (1, False),
    Verb.REVIEW_CERTAINTY: (1, True),
    Verb.REVIEW_OUT: (1, False),
    Verb.REVIEW_SEEN: (1, False),
    Verb.REVIEW_LATER: (1, False),
    Verb.REVIEW_CANCEL: (1, False),
    Verb.ZONE_CLOCK: (1, False),
    Verb.ZONE_AT: (3, False),
    Verb.SETTINGS: (0, True),
    Verb.SET_HOUR: (1, False),
    Verb.SET_NO_HOUR: (0, False),
    Verb.SET_SIZE: (1, False),
    Verb.SET_TOPIC: (2, False),
    Verb.SET_ALL_TOPICS: (0, False),
    Verb.SET_REMINDER: (1, False),
    Verb.SET_WEEKLY: (1, False),
    Verb.SET_LANGUAGE: (0, True),
    Verb.NOT_TODAY: (0, False),
    Verb.PAUSE: (1, False),
    Verb.EXAM: (1, False),
    Verb.PROGRESS: (0, False),
    Verb.WEAKEST: (0, False),
    Verb.WEAK_QUIZ: (0, False),
    Verb.PRACTISE: (0, False),
    Verb.CALENDAR: (1, False),
    Verb.LIVE_JOIN: (1, False),
    Verb.LIVE_START: (1, False),
    Verb.LIVE_OPTIONS: (1, False),
    Verb.LIVE_MODE: (1, True),
    Verb.LIVE_SPEED: (2, False),
    Verb.LIVE_TALK: (2, False),
    Verb.LIVE_TEAMS: (2, False),
    Verb.LIVE_TEAM: (2, False),
    # Minus the question that is open as 1 and its id, or 0 and the id of the one that was.
    Verb.LIVE_NEXT: (2, False),
    Verb.LIVE_PAUSE: (0, False),
    Verb.LIVE_SKIP: (1, False),
    Verb.CLASS: (0, True),
    Verb.CLASS_HOUR: (1, False),
    Verb.CLASS_NO_HOUR: (0, False),
    Verb.CLASS_ZONE: (0, True),
    Verb.CLASS_SIZE: (1, False),
    Verb.CLASS_TOPIC: (2, False),
    Verb.CLASS_ALL_TOPICS: (0, False),
    Verb.CLASS_NAMES: (0, True),
    Verb.CLASS_SPEED: (1, False),
    Verb.CLASS_TALK: (1, False),
    Verb.CLASS_LANGUAGE: (0, True),
    Verb.LEADERS: (0, True),
    # The group's id without its sign, and how many days.
    Verb.REPORT: (2, False),
    Verb.REPORT_FILES: (2, False),
    Verb.DIGEST: (2, False),
    Verb.FORGET: (0, False),
    Verb.FORGET_FOR_GOOD: (0, False),
    Verb.FORGET_NOT: (0, False),
}


def read_press(data: str) -> Press | None:
    """The press behind callback data; None for anything that is not exactly one of ours."""
    head, *rest = data.split(":")
    try:
        verb = Verb(head)
    except ValueError:
        return None
    count, has_word = _FORM[verb]
    numbers, words = rest[:count], rest[count:]
    if len(numbers) != count or len(words) > has_word:
        return None
    if not all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers):
        return None
    return Press(verb, tuple(map(int, numbers)), words[0] if words else "")
