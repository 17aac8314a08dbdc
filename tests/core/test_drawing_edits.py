from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from timelines import everything, guidance, media, take

from mpd_studio.core import edits, gap_edits
from mpd_studio.core.drawing_edits import differ_only_in_guidance
from mpd_studio.core.guidance import Boundary, Guidance
from mpd_studio.core.ids import GapId, TakeId
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import Timeline

G = GapId("g")


@pytest.mark.parametrize("drawing", [Guidance(), replace(guidance(), depth_order=())])
def test_another_drawing_is_only_another_drawing(drawing: Guidance) -> None:
    timeline = everything()
    assert differ_only_in_guidance(timeline, timeline)
    assert differ_only_in_guidance(timeline, gap_edits.set_guidance(timeline, G, drawing))


@pytest.mark.parametrize(
    "edit",
    [
        lambda timeline: gap_edits.set_gap_length(timeline, G, 13),
        lambda timeline: gap_edits.add_take(timeline, G, take("t3")),
        lambda timeline: gap_edits.choose_take(timeline, G, TakeId("t1")),
        lambda timeline: gap_edits.rename_take(timeline, G, TakeId("t1"), "other"),
        lambda timeline: gap_edits.close_gap(timeline, G),
        lambda timeline: gap_edits.set_boundary(timeline, G, Boundary.FIRST, FrameRef(media(), 3)),
        lambda timeline: edits.rename_track(timeline, 0, "Faces"),
        lambda timeline: replace(timeline, name="Other"),
        lambda timeline: replace(timeline, media=timeline.media[:1]),
        lambda timeline: replace(timeline, markers=()),
        lambda timeline: replace(timeline, unplaced=()),
        lambda timeline: replace(timeline, start=0),
        lambda timeline: replace(timeline, tracks=timeline.tracks[:1]),
    ],
)
def test_anything_else_is_more_than_a_drawing(edit: Callable[[Timeline], Timeline]) -> None:
    timeline = everything()
    assert not differ_only_in_guidance(timeline, edit(timeline))
    drawn = gap_edits.set_guidance(timeline, G, Guidance())
    assert not differ_only_in_guidance(drawn, edit(timeline))
