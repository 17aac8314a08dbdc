"""The demo: small, tagged, with a gap whose truth is known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import render_demo

from mpd_studio.core.frames import parse_timecode
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags, FrameRef
from mpd_studio.core.project_file import read_project
from mpd_studio.core.resources import resource
from mpd_studio.core.timeline import gaps_of
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader

SHOTS = ("shot_010.mov", "shot_020.mov")


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return 10 * np.log10(255**2 / np.mean((one.astype(np.float64) - other) ** 2))


def test_shots_are_what_the_demo_promises() -> None:
    media = [probe(resource(f"demo/{name}")) for name in SHOTS]
    assert sum(resource(f"demo/{name}").stat().st_size for name in SHOTS) < 3_000_000
    for shot in media:
        assert (shot.rate, shot.size, shot.frame_count) == (Fraction(24000, 1001), Size(1280, 720), 36)
        assert (shot.color, shot.assumed) == (ColorTags("bt709", "bt709", "bt709", "limited"), ())
    assert [shot.start_tc for shot in media] == ["01:00:00:00", "01:00:02:03"]


def test_the_project_opens_with_one_gap_between_the_shots(demo_scene: ModuleType) -> None:
    opened = read_project(resource("demo/demo.mpdproj"))
    assert opened.notes == ()
    (gap,) = gaps_of(opened.timeline)
    assert (gap.start, gap.gap.length) == (demo_scene.GAP_START, demo_scene.GAP_LENGTH)
    assert gap.first is not None
    assert gap.last is not None
    assert [Path(end.media.path).name for end in (gap.first, gap.last)] == list(SHOTS)
    assert (gap.first.index, gap.last.index) == (35, 0)
    assert gap.first.media.path == resource("demo/shot_010.mov")


def test_timecode_goes_on_through_the_gap(demo_scene: ModuleType) -> None:
    rate = render_demo.RATE
    first, second = (parse_timecode(probe(resource(f"demo/{name}")).start_tc or "", rate) for name in SHOTS)
    assert second - first == demo_scene.SECOND_START


def test_the_project_file_is_what_the_script_writes(tmp_path: Path) -> None:
    for name in SHOTS:
        (tmp_path / name).write_bytes(resource(f"demo/{name}").read_bytes())
    written = render_demo.write_demo_project(tmp_path)
    assert written.read_text("utf-8") == resource("demo/demo.mpdproj").read_text("utf-8")


@pytest.mark.parametrize(("name", "index"), [("shot_010.mov", 35), ("shot_020.mov", 0)])
def test_the_ends_of_the_gap_are_the_scene_rendered(demo_scene: ModuleType, name: str, index: int) -> None:
    import cv2

    frame = render_demo.SHOTS[name] + index
    with FrameReader() as reader:
        shown = reader.read(FrameRef(probe(resource(f"demo/{name}")), index))
    smaller = cv2.resize(shown.pixels, (640, 360), interpolation=cv2.INTER_AREA)
    assert psnr(demo_scene.render(frame, 640, 360), smaller) > 34  # averaged before or after gamma: not quite the same


class TestScene:
    def test_the_same_frame_is_the_same_picture(self, demo_scene: ModuleType) -> None:
        assert np.array_equal(demo_scene.render(40, 320, 180), demo_scene.render(40, 320, 180))

    def test_true_frames_are_the_gap(self, demo_scene: ModuleType) -> None:
        frames = demo_scene.true_frames(160, 90)
        assert len(frames) == demo_scene.GAP_LENGTH
        assert np.array_equal(frames[0], demo_scene.render(demo_scene.GAP_START, 160, 90))

    def test_the_ball_is_where_its_path_says(self, demo_scene: ModuleType) -> None:
        """The blue cap is the ball's own colour; the cap's middle sits above the ball's centre, not beside it."""
        for frame in (35, 43, 51):
            picture = demo_scene.render(frame, 640, 360).astype(int)
            place = demo_scene.ball_place(frame, 640, 360)
            rows, columns = np.nonzero(picture[..., 2] > picture[..., 0] + 60)
            assert columns.mean() + 0.5 == pytest.approx(place.x, abs=2.5)
            assert place.y - place.radius < rows.mean() < place.y - 0.5 * place.radius

    def test_the_way_across_the_gap_is_long_and_bent(self, demo_scene: ModuleType) -> None:
        start, middle, stop = (np.array(demo_scene.ball_position(frame)) for frame in (35, 43, 51))
        assert 150 < np.linalg.norm(stop - start) <= 200
        assert np.linalg.norm(middle - (start + stop) / 2) > 60
