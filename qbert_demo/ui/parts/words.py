"""The sentences the app speaks about a comparison, and safe HTML for what a visitor wrote."""

import html

from qbert_demo.figures.prediction import EVEN
from qbert_demo.figures.theme import percent
from qbert_demo.results import Comparison, Prediction

PREVIEW = 120
"""Characters of an unread end that are shown before it is opened."""
MOST_NAMED, SHORT = 4, 20
"""Unknown parts of a text that are named, and the characters that are shown of each."""

_CONTROL_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"}
_CONTROL_PICTURES[0x7F] = 0x2421


def shown(text: str) -> str:
    """Make a visitor's text safe in HTML: escaped, its direction kept to itself.

    Control characters are shown as their pictures, so that none of them acts on the page.
    """
    escaped = html.escape(text.translate(_CONTROL_PICTURES))
    return f'<bdi dir="auto">{escaped}</bdi>'


def verdict(comparison: Comparison) -> str:
    """Say whether the models agree, on what, and how sure they are.

    Returns:
        One or two plain sentences.
    """
    predictions = list(comparison.predictions.values())
    if len(predictions) == 1:
        return f"{_name(predictions[0]).capitalize()} says {_label_and_share(predictions[0])}."
    if not comparison.agree:
        return f"They disagree: {', '.join(_sides(predictions))}."
    crowd = "Both" if len(predictions) == 2 else f"All {len(predictions)}"
    return f"{crowd} say {predictions[0].label}. {_sureness(predictions)}"


def _sides(predictions: list[Prediction]) -> list[str]:
    """Group the models by what they say, in the order of the cards."""
    camps: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        camps.setdefault(prediction.label, []).append(prediction)
    sides = []
    for label, camp in camps.items():
        names = listed([_name(p) for p in camp])
        shares = listed([percent(p.confidence) for p in camp])
        sides.append(f"{names} {'says' if len(camp) == 1 else 'say'} {label} ({shares})")
    return sides


def _sureness(predictions: list[Prediction]) -> str:
    least = min(predictions, key=lambda p: p.confidence)
    most = max(predictions, key=lambda p: p.confidence)
    if most.confidence - least.confidence < EVEN:
        shares = listed([percent(p.confidence) for p in predictions])
        return f"They are about equally sure ({shares})."
    word = "less" if len(predictions) == 2 else "least"
    against = (
        f"{percent(least.confidence)} against {percent(most.confidence)}"
        if len(predictions) == 2
        else f"{percent(least.confidence)}; the {_name(most)} most, {percent(most.confidence)}"
    )
    return f"The {_name(least)} is {word} sure ({against})."


def listed(parts: list[str]) -> str:
    """Join as people do: "a", "a and b", "a, b and c"."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _name(prediction: Prediction) -> str:
    return prediction.card.head


def _label_and_share(prediction: Prediction) -> str:
    return f"{prediction.label} ({percent(prediction.confidence)})"


def cut_notice(comparison: Comparison) -> str:
    """Say in HTML what the models did not read; empty when they read everything."""
    if not comparison.cut:
        return ""
    cut = comparison.cut.strip()
    start = cut[:PREVIEW].rsplit(" ", 1)[0] if len(cut) > PREVIEW else cut
    ellipsis = " …" if len(start) < len(cut) else ""
    return (
        '<details class="notice"><summary>The models read the first '
        f"{comparison.n_tokens} tokens. Not read: the last {len(comparison.cut):,} characters, "
        f"from “{shown(start)}{ellipsis}”</summary><p>{shown(cut)}</p></details>"
    )


def unknown_notice(comparison: Comparison) -> str:
    """Say in HTML for what the models have no token; empty when they know every part."""
    parts = list(dict.fromkeys(comparison.unknown))
    if not parts:
        return ""
    if len(comparison.unknown) == comparison.n_tokens - 2:
        words = (
            "The models have no token for any part of this text: they read it as [UNK], the sign "
            "for all that is unknown, so the answer tells nothing of it."
        )
    else:
        named = [f"“{shown(_begun(part))}”" for part in parts[:MOST_NAMED]]
        more = [f"{len(parts) - MOST_NAMED} more"] if len(parts) > MOST_NAMED else []
        words = (
            f"The models have no token for {listed([*named, *more])}: they read [UNK] there, the "
            "sign for all that is unknown."
        )
    return f'<p class="notice">{words}</p>'


def _begun(part: str) -> str:
    return part if len(part) <= SHORT else f"{part[:SHORT]} …"


def error_html(message: str) -> str:
    """Show an error where it happened."""
    return f'<p class="problem">{shown(message)}</p>'


def count(number: int) -> str:
    """Write a count as people say it: 1,566 or 22.7 M."""
    if number >= 1_000_000:
        return f"{number / 1e6:.1f}\N{NO-BREAK SPACE}M"
    if number >= 100_000:
        return f"{number / 1e3:.0f}\N{NO-BREAK SPACE}k"
    return f"{number:,}"


def milliseconds(value: float) -> str:
    """Write a duration: two digits after the point below 1 ms, one above."""
    return f"{value:.{2 if value < 0.995 else 1}f}"


def duration(seconds: float) -> str:
    """Write a time as people say it: 45 s or 3 min."""
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"
