"""Says it when the ends of a gap belong to different shots, or lie in a transition, before time is spent on it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.figures import Figure, figure_named
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import find_gap
from mpd_studio.engines.flow.shot_change import ACROSS, FADE, FIGURE_ID, HOLD
from mpd_studio.session.document import Document
from mpd_studio.session.draft_work import DRAFT_ENGINE
from mpd_studio.session.drafts import Drafts
from mpd_studio.session.generator import Generator
from mpd_studio.session.message import Message, MessageKind

WAYS_OUT = ("gap.across_hold", "gap.across_fade", "gap.across_generative")


class ShotChanges(QObject):
    """Each pair of ends is told once while the program runs, and only where the flow engine is to fill the gap.

    Signals: message(Message): with the ways out as actions.
    """

    message = Signal(object)

    def __init__(self, document: Document, drafts: Drafts, generator: Generator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._drafts = drafts
        self._generator = generator
        self._told: set[tuple[FrameRef, FrameRef]] = set()
        drafts.changed.connect(self._on_draft)
        generator.measured = self._measured

    def _measured(self, gap_id: GapId, request: InbetweenRequest) -> tuple[Figure, ...]:
        """For the sheet before a run."""
        if request.engine_id != DRAFT_ENGINE:
            return ()
        figures = self._drafts.figures(gap_id)
        if dict(request.settings.options).get(ACROSS, FADE) != HOLD:
            return figures
        return tuple(replace(figure, warning="", text=f"{figure.text}; they will be held") for figure in figures)

    def _on_draft(self, gap_id: GapId) -> None:
        figure = figure_named(self._drafts.figures(gap_id), FIGURE_ID)
        placed = find_gap(self._document.timeline, gap_id)
        plan = self._generator.plan
        holds = dict(plan.options).get(ACROSS, FADE) == HOLD
        if figure is None or placed is None or plan.engine_id != DRAFT_ENGINE or holds:
            return
        if placed.first is None or placed.last is None or (placed.first, placed.last) in self._told:
            return
        self._told.add((placed.first, placed.last))
        text = f"In this gap {figure.text}: {figure.warning}."
        self.message.emit(Message(MessageKind.WARNING, text, actions=WAYS_OUT))
