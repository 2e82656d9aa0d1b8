"""Text to tokens: one form for what looks or means the same."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")

# Letters of other scripts that pass for Latin ones; folded only inside words that mix scripts.
_LOOKALIKES = str.maketrans("аеорсухіјѕвнкмтαορνικ", "aeopcyxijsbhkmtaopvik")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'", "‘": "'"})
_CONTRACTIONS = (
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\b(what|who|when|where|why|how|that|it|he|she|there)'s\b"), r"\1 is"),
    (re.compile(r"'(s|d|m|re|ve|ll)?\b"), " "),
)
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")

# What is typed on phones, written out. Only forms that stand for one word wherever they stand.
CHAT_WORDS = {
    "r": "are", "u": "you", "ur": "your", "y": "why", "wat": "what", "wut": "what", "wot": "what", "wats": "what",
    "whats": "what", "whos": "who", "wen": "when", "wer": "where", "hw": "how", "hows": "how", "ppl": "people",
    "cuz": "because", "coz": "because", "bc": "because", "becuz": "because", "n": "and", "da": "the", "teh": "the",
    "dat": "that", "dis": "this", "dey": "they", "dem": "them", "hav": "have", "wanna": "want", "abt": "about",
    "b4": "before", "dye": "die", "dyed": "died", "dieing": "dying", "wuz": "was", "woz": "was",
    "plz": "please", "thru": "through", "tho": "though", "gov": "government", "govt": "government",
    "yr": "year", "yrs": "years", "pres": "president", "leeder": "leader", "leed": "lead", "kiled": "killed",
    "wherent": "not", "dont": "not", "didnt": "not", "doesnt": "not", "wasnt": "not", "isnt": "not", "werent": "not",
    "couldnt": "not", "wouldnt": "not", "hadnt": "not", "havent": "not", "cant": "not", "wont": "not",
    "ppls": "people", "bday": "birthday", "smth": "something", "smn": "someone", "1st": "first", "2nd": "second",
    "3rd": "third", "vs": "versus", "pic": "picture", "pics": "pictures", "c": "see",
    "tmrw": "tomorrow", "fav": "favourite", "btw": "also", "rly": "really", "thier": "their",
    "cos": "because", "lol": "really", "tbh": "really", "kinda": "rather",
}  # fmt: skip
_LOSSY = frozenset("whats wats whos hows".split())
"""Short forms of two words: as one they would say less to an encoder."""
WRITTEN_OUT = {short: word for short, word in CHAT_WORDS.items() if short not in _LOSSY and word != "not"}

# Words of English grammar: they carry a question's frame, not its subject.
FUNCTION_WORDS = frozenset(
    """a about after again all also am an and any are as at be because been before being but by can could did do does
    doing done for from get gets got had has have having he her here hers him his how i if in into is it its just let
    like may me might more most much must my no not of off on one ones only or other our out over own please pls
    really same say shall she should so some such tell than that the their them then there these they thing things
    this those to too um under until up us very was we were what when where which while who whom whose why will with
    would yes you your u ur explain describe give know want need mean means meant happen happens happened actually
    exactly long many come came go went make made take took wat wot
    hello hi hey thanks thank ok okay question bot""".split()
)

NEGATIONS = frozenset("not never no without nobody none nor".split())
PRONOUNS = frozenset("he she it they him her them his its their that this these those there then".split())


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def words(text: str, *, chat: bool = True) -> list[str]:
    """Lower-case words without marks, at most 256 of them: more is noise. `chat`: write out what phones shorten."""
    text = _cleaned(text).casefold()
    for pattern, plain in _CONTRACTIONS:
        text = pattern.sub(plain, text)
    found = (_one_script(_bare(word)) for word in _WORD.findall(text))
    return [CHAT_WORDS.get(word, word) if chat else word for word in found][:256]


def _cleaned(text: str) -> str:
    return _TAG.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:4096]))).translate(_APOSTROPHES)


def replaced(text: str, better: Mapping[str, str]) -> str:
    """The text as written, but for marks nobody sees and the words (as `words` gives them) in `better`."""

    def word(match: re.Match[str]) -> str:
        found = _one_script(_bare(match[0].casefold()))
        return better.get(found, match[0])

    return _WORD.sub(word, " ".join(_cleaned(text).split()))


def _bare(word: str) -> str:
    """Without accents: Résumé and Resume are one word."""
    if word.isascii():
        return word
    split = unicodedata.normalize("NFKD", word)
    if all(unicodedata.name(c, "").startswith(("LATIN", "COMBINING")) for c in split):
        return "".join(c for c in split if not unicodedata.combining(c))
    return word


def _one_script(word: str) -> str:
    if word.isascii() or not any("a" <= c <= "z" for c in word):
        return word
    return word.translate(_LOOKALIKES)


class Aliases:
    """Other spellings and names folded into the canonical one, also where they are several words."""

    def __init__(self, synonyms: Iterable[Mapping[str, tuple[str, ...]]]) -> None:
        self._forms: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._longest = 1
        for mapping in synonyms:
            for name, others in mapping.items():
                target = tuple(words(name))
                for other in others:
                    form = tuple(words(other))
                    if form and target and form != target:
                        self._forms[form] = target
                        self._longest = max(self._longest, len(form))

    def fold(self, found: list[str]) -> list[str]:
        """The words with every alias replaced, the longest first."""
        if not self._forms:
            return found
        folded: list[str] = []
        at = 0
        while at < len(found):
            for length in range(min(self._longest, len(found) - at), 0, -1):
                target = self._forms.get(tuple(found[at : at + length]))
                if target:
                    folded += target
                    at += length
                    break
            else:
                folded.append(found[at])
                at += 1
        return folded

    @property
    def spellings(self) -> set[str]:
        """Every word of an alias: it is known, and needs no repair."""
        return {word for form in self._forms for word in form}
