"""The pictures around a gap, for engines that look at them; whatever cannot be had is done without."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from mpd_studio.core.errors import MpdError
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.media.reader import FrameReader
from mpd_studio.workflow.fit import fit

log = logging.getLogger(__name__)

Side = tuple[Picture, ...]


def read_context(request: InbetweenRequest, reader: FrameReader, first: Picture, last: Picture) -> tuple[Side, Side]:
    """The footage before and after the gap, nearest first, fitted as the boundary frames are.

    first, last: as they were read. A side ends where a frame cannot be read: nobody asked for it.
    """
    before = _side(request.context_before, lambda ref: fit(request, reader.read(ref), last)[0])
    after = _side(request.context_after, lambda ref: fit(request, first, reader.read(ref))[1])
    return before, after


def _side(refs: Sequence[FrameRef], read: Callable[[FrameRef], Picture]) -> Side:
    pictures: list[Picture] = []
    for ref in refs:
        try:
            pictures.append(read(ref))
        except MpdError as error:
            log.debug("Done without frame %d of %s: %s", ref.index, ref.media.name, error)
            break
    return tuple(pictures)
