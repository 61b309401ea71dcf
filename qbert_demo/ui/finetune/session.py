"""What a visitor's page remembers of the trainings."""

from dataclasses import dataclass

from qbert_demo.results import QuickReport
from qbert_demo.service.training import TrainingRun
from qbert_demo.ui.parts.words import error_html

DROPPED = "Your training was dropped to make room for others'. Train again."


@dataclass
class Session:
    """What a visitor's page remembers.

    Attributes:
        job_id: The latest training, or empty.
        is_running: Whether it has not ended yet.
        notice: What was said about dropping it for another one, if anything; HTML.
        preparing: Stands for another one whose rows are being got, or whose time is measured.
        foretold: Rows and settings of a training whose time was told, to be started or not.
        order: Rows and settings of the latest training.
        report: Its result, once there is one.
        was_dropped: Whether both were dropped to make room for other visitors' trainings.
    """

    job_id: str = ""
    is_running: bool = False
    notice: str = ""
    preparing: object | None = None
    foretold: TrainingRun | None = None
    order: TrainingRun | None = None
    report: QuickReport | None = None
    was_dropped: bool = False


def nothing_html(session: Session | None, words: str) -> str:
    """Say why there is no result: it was dropped, or else the words."""
    return error_html(DROPPED if session and session.was_dropped else words)
