"""What the canvas lays over the picture of a gap: ghosts along the selected path, and the motion of every pixel."""

from __future__ import annotations

import numpy as np
import pytest
from easel import GAP, Easel
from PySide6.QtCore import QPointF

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import LINEAR, Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.motion.paths import position
from mpd_studio.session.selection import MotionView, Shown, Tool
from mpd_studio.ui.canvas.ghost_item import ghost_times
from mpd_studio.ui.canvas.motion_item import colors_of

PATH = MotionPath(
    PathId("p"), (PathPoint(0, Point(60, 90)), PathPoint(0.5, Point(140, 40)), PathPoint(1, Point(220, 90))), radius=20
)


@pytest.fixture
def drawn(easel: Easel) -> Easel:
    """The path is selected, the first frame shown, and a draft made."""
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((PATH,)))
    easel.session.selection.select_path(PATH.id)
    easel.session.drafts.request(GAP)
    easel.qtbot.waitUntil(lambda: easel.session.drafts.draft(GAP) is not None, timeout=10_000)
    return easel


def centres(easel: Easel) -> list[Point]:
    """Where the ghosts have what was under the path's point."""
    (cut,) = easel.session.drafts.draft(GAP).cut_outs  # type: ignore[union-attr]  # the fixture waited for it
    at = (cut.path.start - cut.corner).scaled(1 / cut.pixel.x, 1 / cut.pixel.y)
    found = [place.map(QPointF(at.x, at.y)) for place in easel.view.layer.ghosts.places]
    return [Point(place.x(), place.y()) for place in found]


def test_ghosts_lie_on_the_selected_path(drawn: Easel) -> None:
    assert len(centres(drawn)) == 3
    for centre, time in zip(centres(drawn), (0.25, 0.5, 0.75), strict=True):
        assert centre.distance_to(position(PATH, LINEAR, time)) < 0.01


def test_ghosts_follow_the_mouse_without_a_new_draft(drawn: Easel) -> None:
    made = drawn.session.drafts.draft(GAP)
    drawn.drag(Point(140, 40), Point(150, 130))
    moved = drawn.path
    assert moved != PATH
    assert made is not None
    assert drawn.session.drafts.drawn(GAP) == Guidance((PATH,))
    assert centres(drawn)[1].distance_to(position(moved, LINEAR, 0.5)) < 0.01


def test_ghosts_go_where_they_are_switched_off_or_no_path_is_selected(drawn: Easel) -> None:
    selection = drawn.session.selection
    selection.set_ghosts(False)
    assert not drawn.view.layer.ghosts.isVisible()
    selection.set_ghosts(True)
    assert drawn.view.layer.ghosts.isVisible()
    selection.select_path(None)
    assert not drawn.view.layer.ghosts.isVisible()


def test_a_cut_out_of_another_start_is_not_shown(drawn: Easel) -> None:
    drawn.drag(Point(60, 90), Point(30, 60))
    assert not drawn.view.layer.ghosts.isVisible()


def test_the_shown_frame_has_no_ghost_of_its_own() -> None:
    assert ghost_times(3, 0.5).tolist() == [0.25, 0.75]
    assert len(ghost_times(200, 0.0)) == 5


@pytest.mark.parametrize("view", [MotionView.ARROWS, MotionView.COLORS])
def test_the_motion_under_a_path_is_the_path(drawn: Easel, view: MotionView) -> None:
    selection, item = drawn.session.selection, drawn.view.pictures.motion
    before = drawn.view.viewport().grab().toImage()
    selection.set_motion_view(view)
    drawn.qtbot.waitUntil(lambda: item.motion is not None, timeout=10_000)
    motion = item.motion
    assert motion is not None
    height, width = motion.shape[:2]
    under = motion[round(PATH.start.y / 180 * height), round(PATH.start.x / 320 * width)]
    np.testing.assert_allclose(under, (160, 0), atol=1)
    assert drawn.view.viewport().grab().toImage() != before
    selection.set_shown(Shown.LAST)
    drawn.qtbot.waitUntil(lambda: item.motion is not None and item.motion is not motion, timeout=10_000)
    assert item.motion is not None
    under = item.motion[round(PATH.end.y / 180 * height), round(PATH.end.x / 320 * width)]
    np.testing.assert_allclose(under, (160, 0), atol=1)
    selection.set_motion_view(MotionView.OFF)
    assert item.motion is None


def test_colours_tell_directions_apart_and_rest_is_white() -> None:
    ways = np.array([[(0, 0), (10, 0), (-10, 0), (0, 10), (0, -10)]], np.float32)
    colors = colors_of(ways, 10.0)[0].tolist()
    assert colors[0] == [255, 255, 255]
    assert colors[1] == [255, 0, 0]
    assert colors[2] == [0, 255, 255]
    assert len({tuple(color) for color in colors}) == 5
