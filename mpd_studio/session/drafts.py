"""A quick flow draft of the selected gap, always of what is drawn right now."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from mpd_studio.core.errors import BadInput
from mpd_studio.core.figures import Figure
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality
from mpd_studio.core.timeline import PlacedGap, Timeline, find_gap
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.cut_outs import CutOut
from mpd_studio.session.document import Document
from mpd_studio.session.draft_work import DRAFT_ENGINE, DraftMaker, Glance, MadeDraft
from mpd_studio.session.frame_work import DraftFrame
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.new_id import new_id
from mpd_studio.session.preferences import Preferences
from mpd_studio.session.request_memo import RequestMemo
from mpd_studio.session.selection import Selection

_KEPT_GAPS = 6
# Newer drawings stop a draft on its way; but while a drag goes on, one that is this late is let through.
_PATIENCE_S = 0.5
_REST_MS = 80  # after a glance, until the hand counts as resting: a draft begun between two moves only delays both


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """frames: (h, w, 3) uint8 RGB of each new frame, at most 480 high. is_current: of what is drawn right now.

    glanced: the frame, from 0, that is as the drawing wants it, or nearly; the others still lag behind. None where
        is_current tells enough. cut_outs: what the paths carry.
    """

    frames: tuple[np.ndarray, ...]
    is_current: bool
    confidence: tuple[float, ...]
    glanced: int | None = None
    cut_outs: tuple[CutOut, ...] = ()


class Drafts(QObject):
    """Makes them by itself when a gap is selected and whenever that gap changes. The newest wish wins.

    Where a drawing changes on frames that are known already, the frame at the playhead comes first, at a glance, and
    the draft when the hand rests.

    Signals:
        changed(gap id): its draft was made, made again, or is no longer current.
    """

    changed = Signal(object)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        preferences: Preferences,
        lanes: Lanes,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._preferences = preferences
        self._lane = lanes.draft
        self._clock = clock
        self._answers = Answers(lanes.draft, self)
        self.maker = DraftMaker()
        self._requests = RequestMemo()
        self._made: OrderedDict[GapId, MadeDraft] = OrderedDict()
        self._glances: dict[GapId, Glance] = {}
        self._glancing = False
        self._problems: dict[GapId, str] = {}
        self._told_old: set[GapId] = set()  # whose draft is known to be no longer current
        self._wanted: tuple[GapId, InbetweenRequest] | None = None
        self._running: tuple[GapId, InbetweenRequest] | None = None
        self._running_id = ""
        self._late_since_s: float | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self._project_key = document.key
        self._seen: PlacedGap | None = None
        selection.changed.connect(self._on_selection_changed)
        document.changed.connect(self._on_document_changed)
        preferences.changed.connect(self._on_selection_changed)

    @property
    def enabled(self) -> bool:
        return self._preferences.settings.drafts_enabled

    @enabled.setter
    def enabled(self, is_on: bool) -> None:
        self._preferences.set(drafts_enabled=is_on)

    def draft(self, gap_id: GapId) -> Draft | None:
        made = self._made.get(gap_id)
        if made is None:
            return None
        glance = self._glances.get(gap_id)
        if glance is None:
            return Draft(made.frames, made.request == self._request_of(gap_id), made.confidence, None, made.cut_outs)
        frames, confidence = list(made.frames), list(made.confidence)
        frames[glance.index], confidence[glance.index] = glance.frame, glance.confidence
        return Draft(tuple(frames), False, tuple(confidence), glance.index, glance.cut_outs)

    def trust_map(self, frame: DraftFrame) -> np.ndarray | None:
        """(h, w) uint8, 255 where a pixel is trusted; None where there is no draft of that frame, or only a glance."""
        made = self._made.get(frame.gap_id)
        is_known = made is not None and frame.gap_id not in self._glances and 0 <= frame.index < len(made.maps)
        return made.maps[frame.index] if made is not None and is_known else None

    def figures(self, gap_id: GapId) -> tuple[Figure, ...]:
        """What the flow engine found about the ends of the gap; () until there is a draft of them."""
        made, request = self._made.get(gap_id), self._request_of(gap_id)
        if made is None or request is None or (made.request.first, made.request.last) != (request.first, request.last):
            return ()
        return made.figures

    def drawn(self, gap_id: GapId) -> Guidance | None:
        """The drawing that the newest picture of a gap's draft shows."""
        newest = self._glances.get(gap_id) or self._made.get(gap_id)
        return newest.request.guidance if newest is not None else None

    def problem(self, gap_id: GapId) -> str:
        """Why there is no draft; "" when there is one or it is on its way."""
        return self._problems.get(gap_id, "")

    def is_making(self, gap_id: GapId) -> bool:
        return any(on_way is not None and on_way[0] == gap_id for on_way in (self._wanted, self._running))

    def request(self, gap_id: GapId) -> None:
        """Make the draft of a gap as it is now, unless it is there or on its way."""
        request = self._request_of(gap_id)
        if request is None:
            return
        made = self._made.get(gap_id)
        if made is not None and made.request == request:
            self._wanted = None
            self._glances.pop(gap_id, None)
            self._stop_running()
            return
        wish = (gap_id, request)
        if self._running == wish:
            self._wanted = None
            return
        self._wanted = wish
        if self._running is None:
            self._start()
        else:
            self._stop_running()

    def _request_of(self, gap_id: GapId) -> InbetweenRequest | None:
        """None where the gap has no ends, or is gone."""
        try:
            settings = EngineSettings(Quality.DRAFT)
            return self._requests.request(self._document.timeline, gap_id, DRAFT_ENGINE, settings, 0)
        except BadInput:
            return None

    def _start(self) -> None:
        if self._wanted is None:
            return
        self._running, self._wanted = self._wanted, None
        gap_id, request = self._running
        self._glancing = self._is_worth_a_glance(gap_id, request)
        if self._glancing:
            work = partial(self.maker.glance, request, self._looked_at(gap_id, request))
            done = partial(self._on_glanced, gap_id)
        else:
            work, done = partial(self.maker.make, request), partial(self._on_made, gap_id)
        job = Job(new_id("draft"), "Draft", work)
        self._running_id = job.id
        self._answers.ask(job, done, partial(self._on_failed, gap_id), self._on_ended)

    def _is_worth_a_glance(self, gap_id: GapId, request: InbetweenRequest) -> bool:
        """The same gap with another drawing, of which nothing has been shown yet."""
        made, glance = self._made.get(gap_id), self._glances.get(gap_id)
        if made is None or (glance is not None and glance.request == request):
            return False
        return replace(made.request, guidance=request.guidance) == request

    def _looked_at(self, gap_id: GapId, request: InbetweenRequest) -> int:
        """The new frame at the playhead, or the one nearest to it."""
        placed = find_gap(self._document.timeline, gap_id)
        index = self._selection.playhead - placed.start if placed is not None else 0
        return max(0, min(request.new_frames - 1, index))

    def _on_glanced(self, gap_id: GapId, glance: Glance) -> None:
        """Show it, and make the whole draft when nothing newer is wanted for a while."""
        running, self._running = self._running, None
        made = self._made.get(gap_id)
        if made is not None and len(made.frames) == glance.request.new_frames:
            self._glances[gap_id] = glance
        if self._wanted is None:
            self._wanted = running
            self._rest.start()
        else:
            self._start()
        self.changed.emit(gap_id)

    def _on_rest(self) -> None:
        if self._running is None:
            self._start()

    def _stop_running(self) -> None:
        """Cancel what is no longer wanted, but for one draft in a while when wishes never end."""
        now = self._clock()
        if self._late_since_s is None:
            self._late_since_s = now
        is_same_gap = self._running is not None and self._wanted is not None and self._running[0] == self._wanted[0]
        if is_same_gap and self._glancing:
            return  # it is over at once, and better than nothing
        is_glance_next = is_same_gap and self._wanted is not None and self._is_worth_a_glance(*self._wanted)
        if not is_same_gap or is_glance_next or now - self._late_since_s < _PATIENCE_S:
            self._lane.cancel(self._running_id)

    def _on_made(self, gap_id: GapId, made: MadeDraft) -> None:
        self._late_since_s = None
        if find_gap(self._document.timeline, gap_id) is not None:
            self._glances.pop(gap_id, None)
            self._made[gap_id] = made
            self._made.move_to_end(gap_id)
            while len(self._made) > _KEPT_GAPS:
                self._glances.pop(self._made.popitem(last=False)[0], None)
            self._problems.pop(gap_id, None)
            self._told_old.discard(gap_id)
        self._on_ended()
        self.changed.emit(gap_id)

    def _on_failed(self, gap_id: GapId, failure: Failure) -> None:
        self._late_since_s = None
        self._problems[gap_id] = failure.message
        self._made.pop(gap_id, None)
        self._glances.pop(gap_id, None)
        self._on_ended()
        self.changed.emit(gap_id)

    def _on_ended(self) -> None:
        self._running = None
        if self._wanted is None:
            self._late_since_s = None
        self._start()

    def _on_selection_changed(self) -> None:
        gap_id = self._selection.gap_id
        if self.enabled and gap_id is not None:
            self.request(gap_id)

    def _on_document_changed(self, before: Timeline, after: Timeline) -> None:
        del before
        if self._document.key != self._project_key:
            self._project_key = self._document.key
            self._made.clear()
            self._glances.clear()
            self._problems.clear()
            self._told_old.clear()
            self._wanted = self._seen = None
            if self._running is not None:
                self._lane.cancel(self._running_id)
            return
        gap_id = self._selection.gap_id
        seen, self._seen = self._seen, find_gap(after, gap_id) if gap_id is not None else None
        if gap_id is None or self._seen is None or self._seen == seen:
            return  # an edit somewhere else
        self._tell_age(gap_id)
        if self.enabled:
            self.request(gap_id)

    def _tell_age(self, gap_id: GapId) -> None:
        """That a draft is no longer current is said once, not at every move of a drag."""
        made = self._made.get(gap_id)
        if made is None or made.request == self._request_of(gap_id):
            self._told_old.discard(gap_id)
        elif gap_id not in self._told_old:
            self._told_old.add(gap_id)
            self.changed.emit(gap_id)
