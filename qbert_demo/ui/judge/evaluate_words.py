"""What "Evaluate now" says of rows, progress and result; the scores are said as the verdict's."""

import html

from qbert_demo.results import Evaluation, ModelScore
from qbert_demo.service import PAIR
from qbert_demo.service.evaluating import PASTED
from qbert_demo.service.judging import power, undecided, verdict
from qbert_demo.ui.judge.words import minus
from qbert_demo.ui.parts.markup import bar_html, table_html
from qbert_demo.ui.parts.words import duration, shown


def progress_html(place: int | None, read: tuple[int, int], seconds: float) -> str:
    """Say how far an evaluation is.

    Args:
        place: In the queue; ``None`` once it runs.
        read: Readings done, one for each text and model, and readings in all; 0 before the first.
        seconds: Since the first.
    """
    done, total = read
    if place is not None:
        waiting = f"Waiting; {place} in the queue." if place else "Starting …"
        return f"<p>{waiting}</p>"
    if not total:
        return "<p>Opening the models …</p>"
    words = f"{done:,} of {total:,} readings"
    if done:
        words += f", about {duration(seconds * (total - done) / done)} left"
    return f"<p>{bar_html(done, total, 'Readings done')} {words}</p>"


def result_html(found: Evaluation) -> str:
    """Say what is unfair about these texts, how the models stand, and which texts these are."""
    judgement = found.judgement
    n = judgement.rows
    warnings = "".join(f'<p class="problem">{shown(words)}</p>' for words in found.warnings)
    pairs = sorted(judgement.pairs, key=lambda test: {test.a, test.b} != set(PAIR))
    if pairs:
        lines = [html.escape(minus(verdict(test, n, len(pairs)))) for test in pairs]
        hint = f"{power(pairs[0], n)} {undecided(pairs)}".strip()
        more = f'<p class="hint">{html.escape(hint)}</p>'
    else:
        lines, more = [_alone(judgement.models[0])], ""
    first, *others = lines
    said = "".join(f"<p>{words}</p>" for words in others)
    return f'{warnings}<p class="verdict">{first}</p>{more}{said}{_source_html(found)}'


def _alone(model: ModelScore) -> str:
    s = model.accuracy
    return (
        f"The {html.escape(model.head)} labels {100 * s.value:.1f}\N{NO-BREAK SPACE}% of "
        f"{s.n:,} texts rightly ({100 * s.low:.1f} to {100 * s.high:.1f})."
    )


def _source_html(found: Evaluation) -> str:
    """Which texts were read, of how many, and what had to be decided about them."""
    judgement, names = found.judgement, found.names
    n, split = judgement.rows, judgement.split
    where = f"the {split} split of {judgement.dataset}" if split else judgement.dataset
    where = "your own" if judgement.dataset == PASTED else where
    if n < found.wanted:
        read = "all models had read" if len(judgement.models) > 1 else "were read"
        words = (
            f"Stopped: {n:,} of {found.wanted:,} texts are scored, the parts that {read}, drawn at "
            f"random from {where}"
        )
    elif n < found.available:
        words = f"A random sample of {n:,} of the {found.available:,} texts of {where}"
    else:
        words = f"All {n:,} texts of {where}"
    sentences = [f"{words}; seed {found.seed}."]
    if found.texts.n_cut:
        sentences.append(f"Of {found.texts.n_cut:,} texts the models did not read the end.")
    speeds = ", ".join(f"{m.texts_per_second:.0f} ({m.head})" for m in judgement.models)
    speed = f"Read at {speeds} texts a second, beside whatever else runs here."
    sentences += (f"The {head} is {name}." for head, name in names.items())
    return f'<p class="hint">{shown(" ".join((*sentences, *found.notes, speed)))}</p>'


def classes_html(found: Evaluation) -> str:
    """Precision and recall of every class, of each model."""
    rows = "".join(
        f'<tr><th scope="row" class="{model.head}">{model.head}</th><td>{html.escape(label)}</td>'
        f"<td>{one.n:,}</td><td>{one.precision:.4f}</td><td>{one.recall:.4f}</td>"
        f"<td>{one.f1:.4f}</td></tr>"
        for model in found.judgement.models
        for label, one in zip(found.texts.label_names, model.classes, strict=True)
    )
    columns = ("model", "class", "texts", "precision", "recall", "F1")
    return table_html("Each class", columns, rows)
