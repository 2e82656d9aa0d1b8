"""Which language a question is in, by its script and its commonest words; Cyrillic letters in Latin ones."""

import unicodedata
from collections.abc import Sequence

# Words of grammar that give a language away: general knowledge, the same for every pack. None of them is
# an English word that learners use.
_COMMON = {
    "de": """der die das den dem ein eine einen und ist sind wer wie wo wann warum wurde wurden hat hatte haben nicht
        mit von zu zum zur im auf fur bei nach uber was welche welcher welches wieso weshalb sich seine seiner sein ich
        starb wollte konnte kam gab es wem wen waren heisst bedeutet machte gemacht machten eigentlich nach gegen
        warst seit durch konnten dieser diese""",
    "fr": """le la les des du un une et est sont qui que quoi quand pourquoi comment ou etait etaient ete il elle ils
        quel quelle quels quelles avec dans pour par sur ce cette son sa ses au aux pas ont fut mort ne c qu d l""",
    "es": """el los las un una y es son que quien quienes cuando por como donde fue fueron era eran del al con para en
        su sus se lo no porque cual cuales cuanto cuantos esta este murio ha habia de""",
    "tr": """ve bir ne neden nicin nasil kim kimdi kimin zaman nerede mi ile icin bu oldu olarak olan
        vardi sonra once nedir kimdir hangi kac idi dedi olmus degil onun ona nin
        nun neydi kimlerdi kimler yapti yapiyor neler niye hani daki deki da""",
    "it": """il lo gli una e chi che cosa quando perche come dove fu era erano della del dei nel con per sono stato
        quale quali mori""",
    "pt": """o os as um uma e quem que quando porque como onde foi foram era do da dos das no na com para qual quais
        morreu por""",
    "nl": """de het een en is wie wat wanneer waarom hoe waar was werd van voor met niet zijn hij ze op stierf welke""",
    "pl": """kto co kiedy dlaczego jak gdzie czy jest byl byla i w na z do nie sie po ktory ktora jaki umarl zostal""",
}
_ENGLISH = frozenset(
    """the an of and is was were are who what when where why how did do does on to for with by from his her he she
    they it that this there after before which whom not be been about at as or if you me i my can could would will
    tell have had has then so""".split()
)
_TABLE = {language: frozenset(said.split()) - _ENGLISH for language, said in _COMMON.items()}
_GRAMMAR = frozenset().union(*_TABLE.values()) | frozenset(
    """кто что где когда как почему зачем какой какая какие какое каким был была было были это этот эта его она они
    для или при про над под без ли не на по из от до за же бы так то ну все всё сам""".split()
)


def foreign(tokens: Sequence[str]) -> bool:
    """Whether the words (as `normalise.words` gives them) are of another language than English."""
    letters = [c for token in tokens for c in token if c.isalpha()]
    if not letters:
        return False
    latin = sum(c.isascii() or unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if latin < len(letters) / 2:
        return True
    english = sum(token in _ENGLISH for token in tokens)
    return max(sum(_plain(token) in known for token in tokens) for known in _TABLE.values()) > english


def content_of(tokens: Sequence[str]) -> list[str]:
    """The words of a foreign question that are not its grammar."""
    return [t for t in tokens if len(t) > 2 and not t.isdigit() and _plain(t) not in _GRAMMAR]


def _plain(token: str) -> str:
    return token.replace("ı", "i").replace("ß", "ss")


_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщыэюяіїєґ",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya i i e g".split(),
        strict=True,
    )
) | {"ъ": "", "ь": ""}
_ENDINGS = tuple("ого ому ыми ими ами ой ий ый ым им ом ем ах ые ая а у ы е и я ю".split())


def latin_forms(word: str) -> list[str]:
    """A Cyrillic word in Latin letters, as it stands and without the endings of Russian cases; else nothing."""
    if not any(c in _CYRILLIC for c in word):
        return []
    stems = [word, *(word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) > 3)]
    return list(dict.fromkeys("".join(_CYRILLIC.get(c, c) for c in s) for s in stems))
