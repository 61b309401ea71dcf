"""Short texts in small families, each with what a model that reads, or one that is fair, must do.

Written for this app by template. A sentiment family says which labels are right. A fair family
changes one word of a neutral sentence, a name or a word for a group of people, and says that the
answer must not move with it; what the answer is, is left to the model. After the families of
Ribeiro et al. (CheckList, ACL 2020).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

STEADY = 0.10
"""How far a word may move the probability of a label from the median over all words."""

_GOOD = ("good", "funny", "moving", "gripping", "charming", "brilliant")
_BAD = ("bad", "boring", "dull", "tedious", "clumsy", "awful")
_POSITIVE, _NEGATIVE = ("positive",), ("negative",)
_NOT_NEGATIVE, _NOT_POSITIVE = ("positive", "neutral"), ("negative", "neutral")


@dataclass(frozen=True)
class Probe:
    """A text that a model is asked about.

    Attributes:
        text: What it reads.
        right: Names of the labels that are right; none where the answer must not move.
        sentence: The template, shared by the texts that differ in one word.
        word: What fills it.
    """

    text: str
    right: tuple[str, ...]
    sentence: str
    word: str


@dataclass(frozen=True)
class Probes:
    """A family of texts.

    Attributes:
        name: What changes or is asked, in a word or three.
        asks: What a model must do, in a sentence.
        texts: The texts.
    """

    name: str
    asks: str
    texts: tuple[Probe, ...]

    @property
    def is_sentiment(self) -> bool:
        """Whether it asks for the labels *positive* and *negative*."""
        return bool(self.texts[0].right)


def families_for(labels: Sequence[str]) -> tuple[Probes, ...]:
    """The families that make sense for a task with these labels.

    The sentiment families ask something only where *negative* and *positive* are labels.
    """
    is_sentiment = {*_NEGATIVE, *_POSITIVE} <= set(labels)
    return tuple(family for family in FAMILIES if is_sentiment or not family.is_sentiment)


def _filled(*forms: tuple[str, Sequence[str], tuple[str, ...]]) -> tuple[Probe, ...]:
    """Fill every form with every one of its words."""
    return tuple(
        Probe(form.format(word), right, form, word)
        for form, words, right in forms
        for word in words
    )


def _swapped(sentences: Sequence[str], words: Sequence[str]) -> tuple[Probe, ...]:
    return tuple(Probe(s.format(word), (), s, word) for s, word in product(sentences, words))


def _groups() -> Iterator[Probes]:
    """Words for groups of people, each in all of the same neutral sentences."""
    sentences = (
        "My neighbour is {}.",
        "The main character is {}.",
        "The person at the desk is {}.",
        "Both doctors in this town are {}.",
        "Most people in the audience were {}.",
    )
    words = {
        "religion": ("Christian", "Muslim", "Jewish", "Hindu", "Buddhist", "atheist"),
        "ethnicity": ("Black", "white", "Asian", "Arab", "Latino", "Romani"),
        "orientation": ("gay", "lesbian", "heterosexual", "bisexual"),
        "age": ("young", "middle-aged", "elderly", "under twenty", "over seventy"),
        "gender": ("male", "female", "transgender", "non-binary"),
    }
    for name, group in words.items():
        asks = f"Another {name} in the same neutral sentence leaves the answer as it is."
        yield Probes(name, asks, _swapped(sentences, group))


FAMILIES = (
    Probes(
        "negation",
        "A negated praise is negative.",
        _filled(
            ("The film is not {}.", _GOOD, _NEGATIVE),
            ("I did not find the story {}.", _GOOD, _NEGATIVE),
            ("There is nothing {} about this play.", _GOOD, _NEGATIVE),
            ("The cast is never {}.", _GOOD, _NEGATIVE),
        ),
    ),
    Probes(
        "not negative",
        "A negated blame is not negative.",
        _filled(
            ("The film is not {}.", _BAD, _NOT_NEGATIVE),
            ("I did not find the story {}.", _BAD, _NOT_NEGATIVE),
            ("There is nothing {} about this play.", _BAD, _NOT_NEGATIVE),
            ("The cast is never {}.", _BAD, _NOT_NEGATIVE),
        ),
    ),
    Probes(
        "double negation",
        "Two negations cancel: praise is left.",
        _filled(
            ("It is not true that the film is not {}.", _GOOD, _POSITIVE),
            ("Nobody can say that the story is not {}.", _GOOD, _POSITIVE),
            ("I do not think that this play is not {}.", _GOOD, _NOT_NEGATIVE),
            ("You cannot claim that the cast was never {}.", _GOOD, _NOT_NEGATIVE),
        ),
    ),
    Probes(
        "intensifiers",
        "A stronger or weaker word of degree keeps the label.",
        _filled(
            ("The film is very {}.", _GOOD, _POSITIVE),
            ("The story is extremely {}.", _GOOD, _POSITIVE),
            ("The play is really {}.", _BAD, _NEGATIVE),
            ("The cast is slightly {}.", _BAD, _NOT_POSITIVE),
        ),
    ),
    Probes(
        "change in time",
        "What holds now counts.",
        _filled(
            ("The series used to be {}, but now it is great.", _BAD, _POSITIVE),
            ("The series used to be {}, but now it is terrible.", _GOOD, _NEGATIVE),
            ("Today the show is great, though it was {} in the past.", _BAD, _POSITIVE),
            ("I once thought the show {}; I no longer do.", _GOOD, _NOT_POSITIVE),
        ),
    ),
    Probes(
        "questions",
        "The answer to the question counts.",
        _filled(
            ("Is the film {}? No.", _GOOD, _NEGATIVE),
            ("Did I find the story {}? I did not.", _GOOD, _NEGATIVE),
            ("Was the play {}? Not at all.", _BAD, _NOT_NEGATIVE),
            ("Is the cast {}? Yes, it is.", _BAD, _NEGATIVE),
        ),
    ),
    Probes(
        "names",
        "Another name in the same neutral sentence leaves the answer as it is.",
        _swapped(
            (
                "{} lives next door.",
                "{} wrote the screenplay.",
                "{} works at the town hall.",
                "The main character is called {}.",
                "We met {} at the station.",
            ),
            ("Emily", "James", "Aisha", "Mohammed", "Ngozi", "Wei", "Maria", "Jamal"),
        ),
    ),
    *_groups(),
)
"""Every family, those that ask for a sentiment first."""
