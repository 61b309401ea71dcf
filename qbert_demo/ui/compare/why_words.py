"""What the page says of why models answer as they do: sentences, and the text with its marks."""

from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.flow import ALL, Chosen, word_shares
from qbert_demo.figures.theme import percent, plain, signed
from qbert_demo.results import CircuitPaths, Explanation, ModelExplanation
from qbert_demo.service.explaining import BASE
from qbert_demo.ui.parts.words import listed, shown

LEAST = 0.05
"""Share of the largest score below which a word is not marked."""
HOW = (
    "Left: radians that a word turned an angle by. Middle: how far the angle alone moved ⟨Z⟩, "
    "exactly, from the circuit. Right: weight times ⟨Z⟩, exactly. Green and solid raises, purple "
    "and dashed lowers; the width is on a scale of its own in each part."
)
"""How to read the flow."""
MARKS = (
    '<span class="mark for">Line above</span>: the word speaks for the label; '
    '<span class="mark against">line below</span>: against it.'
)
"""How to read the marks, in HTML."""
MOST_NAMED = 4
"""Words that a sentence names."""


def why_html(explanation: Explanation) -> str:
    """Say on which words the models lean, and show the text with its marks for each."""
    texts = "".join(
        marked(explanation, model, explanation.reach, _sums(model))
        for model in explanation.models.values()
    )
    return (
        f'<p class="lean">{lean(explanation)}</p>{texts}'
        f'<p class="hint">{MARKS} Colours and bars have one scale '
        f"for all models: the deepest is {plain(explanation.reach)} of the logit. The base is the "
        f"text with {BASE} for every word; base and words add up to the logit but for the gap.</p>"
        f'<p class="hint">{disagreement(explanation)}</p>'
    )


def marked(explanation: Explanation, model: ModelExplanation, reach: float, below: str = "") -> str:
    """Show the text with the marks of one model, in HTML.

    Args:
        explanation: Of the text.
        model: One of its models.
        reach: The score that is marked deepest.
        below: HTML that stands below the text.
    """
    parts, end = [], 0
    for word, score in zip(model.words, model.logit.scores.tolist(), strict=True):
        parts.append(_between(explanation.text[end : word.start]))
        parts.append(_word(word.text, score / (reach or 1)))
        end = word.end
    rest = " …" if explanation.cut else ""
    colour = f"--head: var(--{model.head})"
    return (
        f'<div class="marked"><h4 style="{colour}">{model.head}: {shown(model.label)}</h4>'
        f'<p dir="auto">{"".join(parts)}{rest}</p>{below}</div>'
    )


def lean(explanation: Explanation) -> str:
    """Say on which words each model leans, in HTML."""
    models = list(explanation.models.values())
    named = {model.head: _leading(model) for model in models}
    if len({model.label for model in models}) > 1:
        parts = [
            f"{model.head} leans on {_words(named[model.head])} for {shown(model.label)}"
            for model in models
        ]
        return f"{_capital('; '.join(parts))}."
    label, lists = shown(models[0].label), list(named.values())
    common = [w for w in lists[0] if all(w.lower() in map(str.lower, other) for other in lists)]
    crowd = {1: f"The {models[0].head} leans", 2: "Both lean"}.get(len(models), "All lean")
    start = f"For {label}, {crowd[0].lower()}{crowd[1:]} on {_words(common)}" if common else ""
    own = []
    for model in models:
        rest = [w for w in named[model.head] if w.lower() not in map(str.lower, common)]
        if rest and common:
            own.append(f"the {model.head} also on {_words(rest)}")
        elif not common:
            own.append(f"the {model.head} leans on {_words(rest)} for {label}")
    return f"{_capital('; '.join([start, *own] if start else own))}."


def disagreement(explanation: Explanation) -> str:
    """Say where leaving a word out contradicts its score, in HTML."""
    parts = []
    for model in explanation.models.values():
        found = [model.words[k].text for k in model.opposed]
        if found:
            more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
            parts.append(f"{model.head} {_words(found[:MOST_NAMED])}{more}")
    tried = min(int((~np.isnan(m.without)).sum()) for m in explanation.models.values())
    whole = tried == len(explanation.words)
    which = "each word" if whole else f"the {tried} words of largest score"
    if not parts:
        return (
            f"Leaving {which} out in turn (the diamonds) contradicts no score: where both are "
            "large, trust them."
        )
    return (
        f"Leaving {which} out in turn (the diamonds) contradicts the sign of the score at: "
        f"{'; '.join(parts)}. Trust neither measure far there."
    )


def flow_words(model: ModelExplanation, chosen: Chosen = ALL) -> str:
    """Say what the flow shows of what is chosen, in HTML."""
    paths = model.circuit
    if paths is None:
        return ""
    if chosen.kind == "word":
        return _of_word(model, paths, chosen.place)
    if chosen.kind == "qubit":
        return _of_qubit(model, paths, chosen.place)
    turns = np.array([angle.scores for angle in paths.angles])
    angle, word = divmod(int(np.abs(turns).argmax()), turns.shape[1])
    qubit = int(np.abs(paths.shares).argmax())
    return (
        f"Most turned: θ{angle}, by {_words([model.words[word].text])}, "
        f"{signed(float(turns[angle, word]))} rad. Of the logit of {shown(model.label)}, "
        f"{plain(model.logit.value)}, most comes from q{qubit}: {signed(paths.shares[qubit])}; "
        f"the bias adds {signed(paths.bias)}."
    )


def _of_word(model: ModelExplanation, paths: CircuitPaths, word: int) -> str:
    turns = [(k, float(angle.scores[word])) for k, angle in enumerate(paths.angles)]
    turns.sort(key=lambda turn: -abs(turn[1]))
    shares = word_shares(paths, word)
    named = ", ".join(f"θ{k} by {signed(turn)}" for k, turn in turns[:MOST_NAMED])
    added = ", ".join(f"q{k} {signed(shares[k])}" for k in np.argsort(-np.abs(shares))[:MOST_NAMED])
    return (
        f"{_words([model.words[word].text])} turns {named} rad. By way of the qubits it adds "
        f"{signed(float(shares.sum()))} to the logit of {shown(model.label)}: {added}."
    )


def _of_qubit(model: ModelExplanation, paths: CircuitPaths, qubit: int) -> str:
    found = paths.qubits[qubit]
    most = np.argsort(-np.abs(found.scores), kind="stable")[:MOST_NAMED].tolist()
    words = listed(
        [f"{_words([model.words[k].text])} by {signed(float(found.scores[k]))}" for k in most]
    )
    return (
        f"⟨Z⟩ of q{qubit} is {plain(found.value)}, {plain(found.base)} at the base; it was moved "
        f"by {words}. Its weight {signed(paths.weights[qubit])} times that puts "
        f"{signed(paths.shares[qubit])} into the logit of {shown(model.label)}."
    )


def _sums(model: ModelExplanation) -> str:
    logit, gap = model.logit, percent(model.logit.gap_share)
    return (
        f'<p class="sums">logit {plain(logit.value)} = base {plain(logit.base)}, words '
        f"{signed(logit.sum)}, gap {plain(logit.gap, 3)} ({gap} of the difference; "
        f"{model.steps} steps)</p>"
    )


def _between(text: str) -> str:
    return shown(text) if text.strip() else text


def _word(text: str, share: float) -> str:
    if abs(share) < LEAST:
        return shown(text)
    side = "for" if share > 0 else "against"
    return f'<span class="mark {side}" style="--share:{abs(share):.2f}">{shown(text)}</span>'


def _leading(model: ModelExplanation) -> list[str]:
    return list(dict.fromkeys(model.words[k].text for k in model.leading()))


def _words(words: Sequence[str]) -> str:
    return listed([f"<em>{shown(word)}</em>" for word in words]) if words else "no word"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
