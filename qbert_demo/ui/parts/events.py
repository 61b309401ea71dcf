"""Events wired by names instead of places in a list.

A form or an answer is a named tuple. With components in its fields it says what an event reads or
changes; a handler gets or returns the same class with values in them. A field may hold several
components: a mapping, a list, or another form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from inspect import isgeneratorfunction
from typing import Any

import gradio as gr

from qbert_demo.errors import QBertError

KEEP: Any = gr.skip()
"""The value of a component that stays as it is."""


def handler(
    act: Callable[..., Any] | None, inputs: Any = None, outputs: Any = None, **options: Any
) -> dict[str, Any]:
    """Return what an event of Gradio's takes, for one that is the page's own business.

    It shows no spinner, and programs cannot call it.

    Args:
        act: What happens; ``None`` for something that only the browser does.
        inputs: A component or a form, or a list of them; each is an argument.
        outputs: A component, or what holds several.
        **options: What ``gr.on`` takes.
    """
    parts = inputs if isinstance(inputs, list) else [inputs]
    return {
        "fn": act and _named(act, parts, outputs),
        "inputs": components_of(inputs),
        "outputs": components_of(outputs),
        "show_progress": "hidden",
        "api_visibility": "private",
        **options,
    }


def components_of(part: Any) -> list[Any]:
    """All components in a form, in their order."""
    if part is None:
        return []
    if isinstance(part, Mapping):
        return components_of([*part.values()])
    if isinstance(part, list | tuple):
        return [component for one in part for component in components_of(one)]
    return [part]


@contextmanager
def errors_told() -> Iterator[None]:
    """Pass on to a program what is meant for people, and nothing else."""
    try:
        yield
    except QBertError as error:
        raise gr.Error(str(error), print_exception=False) from None


def _named(act: Callable[..., Any], parts: Sequence[Any], outputs: Any) -> Callable[..., Any]:
    """Let a function that takes and returns forms be called with a value for each component."""

    def ask(values: Sequence[Any]) -> Any:
        rest = iter(values)
        return act(*(_filled(part, rest) for part in parts if part is not None))

    def tell(answer: Any) -> Any:
        return _spread(outputs, answer) if isinstance(outputs, Mapping | list | tuple) else answer

    def once(*values: Any) -> Any:
        return tell(ask(values))

    def several(*values: Any) -> Iterator[Any]:
        with closing(ask(values)) as answers:
            yield from map(tell, answers)

    return several if isgeneratorfunction(act) else once


def _filled(part: Any, values: Iterator[Any]) -> Any:
    """The form with the next values in the places of its components."""
    if isinstance(part, Mapping):
        return {name: _filled(one, values) for name, one in part.items()}
    if isinstance(part, tuple):
        return type(part)(*(_filled(one, values) for one in part))
    return next(values)


def _spread(part: Any, answer: Any) -> list[Any]:
    """The answer's values, one for each component of the form; a name left out is empty."""
    if part is None:
        return []
    if not isinstance(part, Mapping | list | tuple):
        return [answer]
    names = part if isinstance(part, Mapping) else range(len(part))
    pick = answer.get if isinstance(part, Mapping) else answer.__getitem__
    return [
        value
        for name in names
        for value in _spread(part[name], KEEP if answer is KEEP else pick(name))
    ]
