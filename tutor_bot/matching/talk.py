"""Small talk and wishes, told from questions."""

import re

from tutor_bot.domain.outcomes import TalkKind
from tutor_bot.matching.normalise import words

_END = r"(?: (?:there|bot|tutor|you|everyone|all|please|pls|man|mate|sir|again|now|so much|very much|a lot|lot))*"

_END_WORDS = r"(?:there|bot|tutor|you|everyone|all|and)"
_HELLO = (
    r"hi+|hello+|hey+|hiya|yo|good (?:morning|afternoon|evening|day)|greetings|salut|privet|hallo"
    r"|how are you(?: doing| today)?|how is it going|what is up|sup|nice to meet you"
)

# The whole message must fit; a greeting before a question does not make it small talk.
_TABLE = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            TalkKind.GREETING,
            rf"(?:{_HELLO})(?:(?: {_END_WORDS})* (?:{_HELLO}))*{_END}",
        ),
        (
            TalkKind.THANKS,
            rf"(?:(?:ok(?:ay)?|oh|ah|yes|wow) )?(?:thanks?|thank you|thx|ty|tysm|cheers|great|cool|nice|perfect|awesome|good bot|well done"
            rf"|(?:this|that|it|you) (?:really )?(?:helps?|helped)|got it|ok|okay|i see|i get it(?: now)?|interesting|lol|haha+)"
            rf"(?: (?:thanks?|thank you|thx))?(?: (?:this|that|it|you) (?:really )?(?:helps?|helped))?"
            rf"(?: for (?:that|this|the help|your help|everything|helping(?: me)?|explaining))?{_END}",
        ),
        (
            TalkKind.GOODBYE,
            rf"(?:ok(?:ay)? |well )?(?:(?:i )?(?:got to|gotta|have to|need to|must|should|am|will) (?:go|going|leave|be going|sleep)(?: now| off| to bed)? ?)?"
            rf"(?:bye+(?: bye)?|goodbye|good night|(?:see|c) (?:you|ya)(?: later| tomorrow| soon| around| then)*|cu|ciao|cya|later|take care|until tomorrow|that is (?:all|it)(?: for (?:now|today))?){_END}"
            rf"|(?:ok(?:ay)? |sorry )?(?:i )?(?:got to|gotta|have to) (?:go|leave)(?: now)?{_END}",
        ),
        (
            TalkKind.ABUSE,
            r"(?:(?:shut up|shut it|go away)(?: (?:you|this))? ?)?(?:(?:you|your|this|this bot|the bot|why) (?:are |is )?(?:you )?(?:so |really |very |a |an |just |such |the )*)?"
            r"(?:stupid|idiot|idiotic|dumb|useless|rubbish|trash|garbage|crap|shit|shitty|suck|sucks|moron|fool|bad|worst|terrible|annoying)"
            r"(?: (?:stupid|useless))?(?: (?:bot|idiot|you|thing|ever|robot|machine))*|(?:fuck|screw|damn)(?: (?:you|off|this|it))?|shut up|shut it|go away|i hate (?:you|this bot|this)",
        ),
        (
            TalkKind.DISTRESS,
            r"(?:.* )?(?:i (?:really |just )?(?:want|wish|am going|would like) (?:to|i could) (?:die|kill myself|hurt myself|be dead|end it(?: all)?|disappear)"
            r"|i (?:wish|want) i (?:was|were) dead|kill myself|hurt myself|cut myself|suicidal|suicide plan|i feel like dying|i not want to live"
            r"|i (?:do )?not want to (?:live|be alive|be here|exist|go on)|(?:can|could) not go on|i can not take (?:it|this) any ?more"
            r"|nobody (?:loves|likes|would miss|cares about|needs) me|no one (?:loves|likes|would miss|cares about|needs) me|better off without me"
            r"|i hate my life|i am (?:so |very |really )?(?:depressed|scared at home|being bullied|bullied)|(?:my )?(?:dad|father|mom|mum|stepdad|parents?) (?:hits?|beats?) me|self harm)(?: .*)?",
        ),
        (
            TalkKind.ABILITIES,
            r"(?:(?:so|ok|hey|hi|hello|and|but) )*(?:"
            r"(?:what|who) (?:can|are|do) you(?: even| actually)?(?: do| know| know about| help(?: me)? with| for)?(?: here)?|(?:please |pls )?help(?: me)?(?: please)?|"
            r"(?:help )?how (?:do|does|can|should) (?:i|you|this(?: bot| thing)?|it) (?:use you|work|use this(?: bot| thing)?|help me|get started|start)|"
            r"what (?:can|should|do|could) (?:i|we) ask(?: you)?(?: about)?|what is this(?: bot)?(?: for| about)?|what are you(?: for)?|"
            r"(?:are|r) you (?:(?:a|an|just|like|some|really) )*(?:bot|human|robot|real|ai|person|real person|machine|teacher|chatbot|chatgpt|gpt)(?: or (?:(?:a|an|just|like|some) )*(?:bot|human|robot|real|ai|person|real person|machine|teacher|man))*|"
            r"who (?:made|built|created|wrote|programmed) you|what is your name|"
            r"what topics(?: do you (?:know|have))?|what do you know|commands|menu|options)",
        ),
        (
            TalkKind.WANTS_QUIZ,
            r"(?:(?:can|could|may) (?:you|i) )?(?:please )?(?:give|start|begin|make|do|take|have|want|send|get|i want|"
            r"i would like|let us (?:do|have|start)|lets (?:do|have|start)|another)?(?: me| us)?(?: to (?:do|take|have))?"
            r"(?: (?:a|the|another|some|new|short|one more))*(?: )?(?:quiz|test|quiz questions?)(?: me| us)?"
            r"(?: please| pls| now| again| time)*|(?:please )?(?:quiz|test) (?:me|us|my knowledge)(?: please| now| again)*|"
            r"ask me (?:a|some|another|more|something|anything)(?: questions?)?|more questions|"
            r"(?:(?:can|could|will) you |please )?(?:test|quiz|check|examine) (?:me|us|what i know|my knowledge|my memory)(?: on (?:this|that|it|all this|everything))?(?: please| pls| now)*|"
            r"(?:i want|i would like|i need|let us|lets|can we|can i|give me|start|begin)(?: to)?(?: (?:have|do|play|get|take|try))?(?: (?:a|the|another|some|new))* (?:quiz|test|practice|exercise|game)(?: please| pls| now)*",
        ),
        (
            TalkKind.WANTS_PROGRESS,
            r"how am i doing|how (?:did|do) i do|how well am i doing|(?:show(?: me)? |what is |see |check )?my "
            r"(?:progress|score|results?|stats|statistics|streak|points|level)|what do i (?:already )?know(?: already)?|"
            r"how much do i (?:already )?know|how many (?:questions |answers |of them )?(?:did|have|do) i (?:get|got|have|answered?)"
            r"(?: right| correct)?(?: so far| today)?|how (?:far|good) am i|am i (?:getting|doing) (?:better|well|good|ok|okay)",
        ),
        (
            TalkKind.WANTS_STOP,
            r"(?:please |ok |can we |can you )*(?:stop|quit|cancel|end|enough|no more)(?: (?:the|this|that|it|of this|with this|quiz|questions|"
            r"quizzing|asking|me|now|please|pls))*",
        ),
        (
            TalkKind.CHAT,
            r"(?:i am |so |this is |im )*(?:bored|boring|tired|sleepy|hungry|sad|happy|lonely)(?: (?:now|today|of this|lol))*|"
            r"(?:please |can you |could you )?tell me (?:a|another|some) (?:joke|story|poem|something funny|fun fact)s?|(?:sing|dance|rap)(?: .{0,20})?|"
            r"make me laugh|say something(?: funny)?|do you (?:like|love) me|i (?:like|love) you|will you marry me|how old are you|where are you from|"
            r"do you (?:sleep|eat|dream|have (?:friends|feelings|a (?:girlfriend|boyfriend)))|(?:what is|whats) new|let us (?:talk|chat)|talk to me|"
            r"(?:good )?(?:no|yes|yeah|yep|nope|maybe|sure|idk|i not know|hmm+|oh|ah|wow|omg|huh)(?: (?:no|yes|lol|ok))*",
        ),
    )
)


def small_talk(text: str) -> TalkKind | None:
    """What kind of small talk the whole message is; None for anything else."""
    found = words(text)
    if not found:
        return TalkKind.EMPTY
    if len(found) > 30:
        return None
    said = " ".join(found)
    return next((kind for kind, pattern in _TABLE if pattern.fullmatch(said)), None)
