"""Footage around a gap: taken where it runs as fast as the gap, never from inside it, done without where missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from moving_pictures import RATE, SIZE, clip, still, texture

from mpd_studio.core.engine import BoundaryPictures, Capability
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter, SilentReporter
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track
from mpd_studio.engines.flow.engine import FlowEngine
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.workflow.build_request import (
    build_request,
    footage_around,
    request_between_stills,
    request_inside_clip,
)
from mpd_studio.workflow.context_pictures import read_context
from mpd_studio.workflow.inbetween import run


@pytest.fixture
def media(tmp_path: Path) -> MediaRef:
    return probe(clip(tmp_path / "a.mkv"))


def indices(request: InbetweenRequest) -> tuple[list[int], list[int]]:
    return [ref.index for ref in request.context_before], [ref.index for ref in request.context_after]


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        (3, 6, ([2, 1, 0], [7, 8, 9, 10, 11])),
        (0, 8, ([], [9, 10, 11])),
        (1, 10, ([0], [11])),
        (6, 11, ([5, 4, 3, 2, 1], [])),
    ],
)
def test_five_frames_on_each_side_where_the_clip_has_them(
    media: MediaRef, after: int, before: int, expected: tuple[list[int], list[int]]
) -> None:
    assert indices(request_inside_clip(media, after, before, None, None, Guidance())) == expected


def test_slowed_footage_tells_nothing_of_speed(media: MediaRef) -> None:
    assert indices(request_inside_clip(media, 3, 8, 9, None, Guidance())) == ([], [])
    assert indices(request_inside_clip(media, 3, 8, None, Fraction(50), Guidance())) == ([], [])
    uneven = replace(media, is_vfr=True)
    assert footage_around(FrameRef(uneven, 3), FrameRef(uneven, 8), RATE, 4) == ((), ())


def test_two_clips_and_stills(media: MediaRef, tmp_path: Path) -> None:
    other = probe(clip(tmp_path / "b.mkv", step=2))
    assert indices(request_between_stills(media, other, 5, RATE, Guidance())) == ([10, 9, 8, 7, 6], [1, 2, 3, 4, 5])
    stills = [replace(probe(still(tmp_path / name)), rate=RATE) for name in ("a.png", "b.png")]
    assert indices(request_between_stills(stills[0], stills[1], 5, RATE, Guidance())) == ([], [])


def test_a_gap_of_a_timeline_has_the_footage_that_its_clips_do_not_show(media: MediaRef) -> None:
    gap = Gap(GapId("g"), 4)
    items = (Clip(ClipId("a"), media, FrameRange(2, 2)), gap, Clip(ClipId("b"), media, FrameRange(8, 1)))
    timeline = Timeline("T", RATE, SIZE, tracks=(Track("V1", items),))
    assert indices(build_request(timeline, gap.id, "flow", EngineSettings(), 0)) == ([2, 1, 0], [9, 10, 11])


def test_context_is_read_nearest_first_and_what_cannot_be_read_is_left_out(media: MediaRef, tmp_path: Path) -> None:
    request = request_inside_clip(media, 3, 8, None, None, Guidance())
    gone = clip(tmp_path / "gone.mkv")
    lost = FrameRef(probe(gone), 0)
    gone.unlink()
    with FrameReader() as reader:
        ends = reader.read(request.first), reader.read(request.last)
        before, after = read_context(request, reader, *ends)
        np.testing.assert_array_equal(before[1].pixels, texture(1.5))
        np.testing.assert_array_equal(after[0].pixels, texture(9 * 1.5))
        broken = replace(request, context_after=(lost, request.context_after[0]))
        before, after = read_context(broken, reader, *ends)
    assert (len(before), len(after)) == (3, 0)


class Onlooker(FlowEngine):
    """Notes how many pictures it was shown."""

    def __init__(self) -> None:
        self.shown: tuple[int, int] | None = None

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        self.shown = len(pictures.context_before), len(pictures.context_after)
        return super().generate(request, pictures, reporter)


def test_a_run_shows_the_footage_to_engines_that_look_at_it(media: MediaRef, tmp_path: Path) -> None:
    request = request_inside_clip(media, 3, 8, None, None, Guidance())
    for engine_id, expected in (("flow", (3, 3)), ("crossfade", (0, 0))):
        engine = Onlooker()
        wanted = replace(request, engine_id=engine_id)
        made = run(wanted, tmp_path / engine_id, SilentReporter(), open_engine=lambda _, it=engine: it)
        assert engine.shown == expected
        assert made.sheet.verdict == "PASS"
    assert Capability.CONTEXT in FlowEngine.INFO.capabilities
