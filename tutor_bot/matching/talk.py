"""Small talk and wishes, told from questions."""

import re

from tutor_bot.domain.outcomes import TalkKind
from tutor_bot.matching.normalise import words

_END = r"(?: (?:there|bot|tutor|you|everyone|all|please|pls|man|mate|sir|again|now|so much|very much|a lot|lot))*"

# The whole message must fit; a greeting before a question does not make it small talk.
_TABLE = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            TalkKind.GREETING,
            rf"(?:hi+|hello+|hey+|hiya|yo|good (?:morning|afternoon|evening|day)|greetings|salut|privet|hallo"
            rf"|how are you(?: doing| today)?|what is up|whats up|sup|nice to meet you)+{_END}",
        ),
        (
            TalkKind.THANKS,
            rf"(?:ok(?:ay)? )?(?:thanks?|thank you|thx|ty|cheers|great|cool|nice|perfect|awesome|good bot|well done"
            rf"|that helps|that helped|got it|ok|okay|i see|lol|haha+)(?: (?:thanks?|thank you|thx))?{_END}",
        ),
        (TalkKind.GOODBYE, rf"(?:bye+(?: bye)?|goodbye|good night|see you(?: later| tomorrow)?|cu|ciao|later){_END}"),
        (
            TalkKind.ABUSE,
            r"(?:(?:you|u|this|this bot|the bot) (?:are |is |r )?(?:so |really |a |an |just )*)?"
            r"(?:stupid|idiot|dumb|useless|rubbish|trash|garbage|crap|shit|suck|sucks|moron|fool|bad)"
            r"(?: (?:bot|idiot|you|thing))?|(?:fuck|screw|damn)(?: (?:you|off|this|u))?|shut up|i hate (?:you|this bot)",
        ),
        (
            TalkKind.DISTRESS,
            r"(?:.* )?(?:i (?:want|wish|am going|would like) to (?:die|kill myself|hurt myself|be dead|end it all)"
            r"|kill myself|suicidal|i feel like dying|i (?:do not|dont) want to live"
            r"|nobody (?:loves|likes) me|i am (?:so |very )?(?:depressed|scared at home|being bullied)|self harm)(?: .*)?",
        ),
        (
            TalkKind.ABILITIES,
            r"(?:what|who) (?:can|are|do) you(?: do| know| help(?: me)? with| for)?(?: here)?|help(?: me)?|"
            r"how (?:do|does|can) (?:i|you|this(?: bot)?|it) (?:use you|work|use this(?: bot)?|help me|get started)|"
            r"what (?:can|should|do|could) i ask(?: you)?|what is this(?: bot)?|are you (?:a )?(?:bot|human|robot|real|ai)|"
            r"what topics(?: do you know)?|commands",
        ),
        (
            TalkKind.WANTS_QUIZ,
            r"(?:(?:can|could|may) (?:you|i) )?(?:please )?(?:give|start|begin|make|do|take|have|want|send|get|i want|"
            r"i would like|let us (?:do|have|start)|lets (?:do|have|start)|another)?(?: me| us)?(?: to (?:do|take|have))?"
            r"(?: (?:a|the|another|some|new|short|one more))*(?: )?(?:quiz|test|quiz questions?)(?: me| us)?"
            r"(?: please| pls| now| again| time)*|(?:please )?(?:quiz|test) (?:me|us|my knowledge)(?: please| now| again)*|"
            r"ask me (?:a|some|another|more) questions?|more questions",
        ),
        (
            TalkKind.WANTS_PROGRESS,
            r"how am i doing|how (?:did|do) i do|how well am i doing|(?:show(?: me)? |what is |see )?my "
            r"(?:progress|score|results?|stats|statistics|streak)|what do i (?:already )?know(?: already)?|how much do i know",
        ),
    )
)


def small_talk(text: str) -> TalkKind | None:
    """What kind of small talk the whole message is; None for anything else."""
    found = words(text)
    if not found:
        return TalkKind.EMPTY
    if len(found) > 24:
        return None
    said = " ".join(found)
    return next((kind for kind, pattern in _TABLE if pattern.fullmatch(said)), None)
