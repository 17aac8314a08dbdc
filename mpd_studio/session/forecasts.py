"""What engines say of a run beforehand, asked aside: it reads weights and asks the graphics driver."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.figures import Figure
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.progress import Reporter
from mpd_studio.engines.registry import forecast, tells_forecast
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.new_id import new_id

Figures = tuple[Figure, ...]
Key = tuple[InbetweenRequest, bool]
_FRESH_S = 20.0  # other programs come and go
_MOST_KEPT = 64


class Forecasts(QObject):
    """Lives in the GUI thread; engines are asked in the I/O lane.

    Signals:
        arrived(): figures that were asked for are there, and differ from those told before.
    """

    arrived = Signal()

    def __init__(
        self, lanes: Lanes, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._answers = Answers(lanes.io, self)
        self._clock = clock
        self._known: dict[Key, tuple[float, Figures]] = {}
        self._asked: set[Key] = set()
        self._tellers: dict[str, bool] = {}
        self._age = 0  # how often all was forgotten: what was asked for before is old when it comes

    def figures(self, request: InbetweenRequest) -> Figures:
        """As last told; () until arrived(). Figures that are no longer fresh are shown, and asked for anew."""
        if not self._tells(request.engine_id):
            return ()
        key = _key(request)
        told_s, figures = self._known.get(key, (-_FRESH_S, ()))
        if key not in self._asked and self._clock() - told_s >= _FRESH_S:
            self._asked.add(key)
            job = Job(new_id("forecast"), "Look ahead", partial(ask, request))
            self._answers.ask(job, partial(self._on_told, key, self._age), partial(self._on_failed, key))
        return figures

    def _tells(self, engine_id: str) -> bool:
        """Found out once: looking through all installed packages for plug-ins takes 5 ms and more."""
        if engine_id not in self._tellers:
            self._tellers[engine_id] = tells_forecast(engine_id)
        return self._tellers[engine_id]

    def forget(self) -> None:
        """Weights, settings or what is free have changed: all is asked for anew, and shown until then."""
        self._age += 1
        self._known = {key: (-_FRESH_S, figures) for key, (_, figures) in self._known.items()}

    def _on_told(self, key: Key, age: int, figures: Figures) -> None:
        self._asked.discard(key)
        before = self._known.pop(key, (0.0, ()))[1]
        self._known[key] = (self._clock() if age == self._age else -_FRESH_S, figures)
        while len(self._known) > _MOST_KEPT:
            del self._known[next(iter(self._known))]
        if figures != before:
            self.arrived.emit()

    def _on_failed(self, key: Key, failure: Failure) -> None:
        del failure  # the run itself will say it
        self._on_told(key, self._age, ())


def ask(request: InbetweenRequest, reporter: Reporter) -> Figures:
    """The work in the I/O lane."""
    reporter.raise_if_cancelled()
    return forecast(request)


def _key(request: InbetweenRequest) -> Key:
    """What does not change a forecast is left out, so that a drag of a path asks once."""
    is_drawn = bool(request.guidance.paths or request.guidance.regions)
    return replace(request, guidance=Guidance(), seed=0), is_drawn
