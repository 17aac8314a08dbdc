"""The requests of the present timeline, built once: at each edit many ask for the same."""

from __future__ import annotations

from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.timeline import Timeline
from mpd_studio.workflow.build_request import build_request


class RequestMemo:
    """Remembers the requests of one timeline at a time. GUI thread."""

    def __init__(self) -> None:
        self._timeline: Timeline | None = None
        self._known: dict[tuple[GapId, str, EngineSettings, int], InbetweenRequest] = {}

    def request(
        self, timeline: Timeline, gap_id: GapId, engine_id: str, settings: EngineSettings, seed: int
    ) -> InbetweenRequest:
        """As build_request.

        Raises:
            BadInput: the gap is gone, an end is missing, or the ends do not go together.
        """
        if timeline is not self._timeline:
            self._timeline = timeline
            self._known.clear()
        key = (gap_id, engine_id, settings, seed)
        if key not in self._known:
            self._known[key] = build_request(timeline, gap_id, engine_id, settings, seed)
        return self._known[key]
