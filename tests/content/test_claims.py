"""The text on which the first subject was founded, claim by claim: each is answerable, with its correction."""

import pytest

from tutor_bot.domain.outcomes import Found
from tutor_bot.matching import default_cache, load_engine
from tutor_bot.matching.engine import Engine
from tutor_bot.shipped import content_folder

# claim, what a learner might ask, the facts that answer it, words of the correction
CLAIMS = [
    ("S01", "what was stalin's real surname", ["birth-name"], ["Jughashvili"]),
    ("S02", "was stalin an early follower of lenin", ["siding-with-bolsheviks", "meeting-lenin"], ["Bolshevik"]),
    ("S03", "when did stalin change his name", ["pen-name-stalin"], ["1913"]),
    ("S04", "what does the name stalin mean", ["pen-name-stalin"], ["steel"]),
    ("S05", "what did friends call stalin", ["koba"], ["Koba"]),
    ("S06", "who was koba in the novel", ["koba", "who-kazbegi"], ["Kazbegi"]),
    ("S07", "why did stalin take the nickname koba", ["koba"], ["outlaw"]),
    ("S08", "was stalin paranoid", ["paranoid"], ["diagnos"]),
    ("S09", "was stalin ruthless", ["ruthless-enough", "death-lists"], ["not", "lists"]),
    ("S10", "is ruthlessness enough to explain stalin's rise", ["ruthless-enough"], ["not"]),
    ("S11", "was stalin cunning", ["why-stalin-won", "grey-blur", "rivals-mistakes"], ["rival"]),
    ("S12", "with whom did stalin side against trotsky", ["triumvirate"], ["Zinoviev", "Kamenev"]),
    ("S13", "how did stalin eliminate his rivals one by one", ["overview-rise", "triumvirate-split"], ["Zinoviev"]),
    ("S14", "why did lenin begin to distrust stalin", ["lenin-distrust"], ["1922"]),
    ("S15", "when did lenin have his first stroke", ["first-stroke"], ["May 1922"]),
    ("S16", "did stalin print special newspapers for lenin", ["dummy-pravda"], ["Kuibyshev"]),
    ("S17", "did lenin get newspapers with good news only", ["dummy-pravda", "medical-regime"], ["Lenin"]),
    ("S18", "did stalin bug the telephones of the politburo", ["tapped-telephones"], ["Bazhanov"]),
    ("S19", "was trotsky's telephone tapped", ["tapped-telephones"], ["Bazhanov"]),
    ("S20", "who was stalin's arch-rival", ["who-trotsky"], ["Trotsky"]),
    (
        "S21",
        "did lenin's testament forbid stalin to succeed him",
        ["no-heir-named", "testament-postscript"],
        ["General Secretary"],
    ),
    ("S22", "how did stalin learn what the testament said", ["secretaries-passed-on"], ["secretaries"]),
    ("S23", "did stalin intercept lenin's testament", ["testament-heard"], ["Krupskaya"]),
    ("S24", "when did stalin turn on zinoviev and kamenev", ["triumvirate-split", "congress-14"], ["1925"]),
    ("S25", "who took the seats of stalin's beaten rivals in the politburo", ["new-members-1926"], ["Molotov"]),
    (
        "S26",
        "what were stalin's opponents accused of",
        ["term-deviation", "term-enemy-of-the-people"],
        ["enem", "deviation"],
    ),
    ("S27", "did beria help stalin rise to power", ["who-beria"], ["1938"]),
    ("S28", "what was beria's first name", ["who-beria"], ["Lavrenty"]),
    ("S29", "was beria a psychopath", ["beria-crimes"], ["no diagnosis"]),
    (
        "S30",
        "did stalin eliminate everybody who had supported him",
        ["delegates-1934", "survivors", "great-terror"],
        ["139", "Molotov"],
    ),
    ("S31", "were zinoviev and kamenev promised their lives", ["first-trial", "why-confess"], ["promise"]),
    ("S32", "were families threatened to get confessions", ["why-confess", "families-00486"], ["famil"]),
    ("S33", "did politburo members sleep with pistols under their pillows", ["pistols-pillows"], ["proof"]),
    ("S34", "why did the kgb come at night", ["secret-police-names", "night-arrests"], ["NKVD"]),
    ("S35", "were people arrested in the middle of the night", ["night-arrests"], ["night"]),
    ("S36", "was everybody tortured after arrest", ["torture-sanctioned", "why-confess"], ["not"]),
    ("S37", "did people hold their breath at the sound of the lift", ["night-arrests"], ["flats"]),
    ("S38", "who wrote the court of the red tsar", ["court-red-tsar"], ["Simon Sebag Montefiore"]),
    ("S39", "what is the title of montefiore's book on stalin", ["court-red-tsar"], ["The Court of the Red Tsar"]),
    ("S40", "which book on stalin should i read first", ["which-book"], ["Young Stalin", "Kotkin"]),
    (
        "S41",
        "did stalin rise through organisational skill",
        ["why-stalin-won", "comrade-card-index"],
        ["organis", "Card-Index"],
    ),
    ("S42", "did stalin want power or did he believe", ["power-or-belief"], ["Kotkin"]),
    ("S43", "how did stalin become one of lenin's top men", ["lenins-trusted-man"], ["1912"]),
    ("S44", "did ruthlessness alone make stalin the leader", ["ruthless-enough"], ["not"]),
    ("S45", "when did stalin become general secretary", ["general-secretary-1922"], ["3 April 1922"]),
    ("S46", "who made stalin general secretary", ["who-backed-appointment", "general-secretary-1922"], ["Lenin"]),
    (
        "S47",
        "was general secretary a powerful post from the start",
        ["dull-office", "why-post-mattered"],
        ["1922", "became"],
    ),
    (
        "S48",
        "how did stalin get the people who mattered on his side",
        ["appointing-secretaries", "party-secretaries-not-generals"],
        ["secretar"],
    ),
    ("S49", "did generals help stalin to power", ["party-secretaries-not-generals"], ["secretaries"]),
    ("S50", "how did stalin get rid of bukharin", ["defeat-of-right"], ["1929"]),
    ("S51", "did stalin suffer setbacks on his way to power", ["setbacks"], ["resign"]),
    ("S52", "did stalin rule alone or with a team", ["stalins-team"], ["team"]),
    ("S53", "was there a post of leader of the soviet union", ["no-post-of-leader"], ["no"]),
    ("S54", "how long did stalin rule the soviet union", ["rule-until-1953"], ["1953"]),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    from tutor_bot.content import load

    catalogue = load(content_folder()).catalogue
    assert catalogue
    return load_engine(catalogue, default_cache())


@pytest.mark.parametrize(("claim", "question", "facts", "words"), CLAIMS, ids=[row[0] for row in CLAIMS])
def test_each_claim_is_answered_with_its_correction(
    engine: Engine, claim: str, question: str, facts: list[str], words: list[str]
) -> None:
    """The question finds a fact that names this claim, and its answer says what is right."""
    outcome = engine.find(question)
    assert isinstance(outcome, Found), (question, outcome)
    fact = engine.catalogue.facts[outcome.fact]
    assert fact.id in facts, (question, fact.id)
    told = f"{fact.question} {fact.answer} {fact.more}"
    assert any(word in told for word in words), (question, told)


def test_the_table_is_whole(engine: Engine) -> None:
    """Every claim of the plan stands in the table, and in a fact."""
    assert [row[0] for row in CLAIMS] == list(engine.catalogue.packs[0].claims)
    named = {claim for fact in engine.catalogue.facts.values() for claim in fact.claims}
    assert named == set(engine.catalogue.packs[0].claims)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("why did the kgb arrest so many people in 1937", "secret-police-names"),
        ("when did lenin choose stalin as his heir", "no-heir-named"),
        ("why did lenin name trotsky as his successor", "no-heir-named"),
        ("how did beria run the great purge", "who-beria"),
        ("why did stalin have kirov murdered", "did-stalin-order-kirov"),
        ("why did stalin give up world revolution for socialism in one country", "socialism-in-one-country"),
        ("why was everyone near stalin shot", "survivors"),
        ("how did the generals raise stalin", "party-secretaries-not-generals"),
    ],
)
def test_a_false_premise_finds_its_correction(engine: Engine, question: str, fact: str) -> None:
    outcome = engine.find(question)
    assert isinstance(outcome, Found), outcome
    assert engine.catalogue.facts[outcome.fact].id == fact
