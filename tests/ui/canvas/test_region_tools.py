from __future__ import annotations

import pytest
from easel import ALT, SHIFT, Easel, is_near, straight_path
from PySide6.QtCore import Qt

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Boundary, Guidance, MotionRegion, RegionMode, Stroke
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.session.selection import Shown, Tool
from mpd_studio.ui.canvas.canvas_menu import build_menu
from mpd_studio.ui.canvas.region_shape import bounds, contains

CORNERS = (Point(60, 40), Point(140, 50), Point(120, 120))
BOX = (Point(60, 40), Point(120, 40), Point(120, 100), Point(60, 100))


def boxed(mode: RegionMode = RegionMode.STILL) -> MotionRegion:
    return MotionRegion(RegionId("region-a"), mode=mode, outline=BOX)


def click_corners(easel: Easel) -> None:
    for corner in CORNERS:
        easel.click(corner)


@pytest.mark.parametrize("end", ["enter", "first corner", "double click"])
def test_clicked_corners_become_a_region(easel: Easel, end: str) -> None:
    easel.begin(Tool.REGION)
    if end == "double click":
        easel.click(CORNERS[0])
        easel.click(CORNERS[1])
        easel.double_click(CORNERS[2])
    else:
        click_corners(easel)
        assert easel.guidance.regions == ()
        if end == "enter":
            easel.key(Qt.Key.Key_Return)
        else:
            easel.click(CORNERS[0])
    assert len(easel.region.outline) == 3
    assert all(is_near(a, b, 0.8) for a, b in zip(easel.region.outline, CORNERS, strict=True))
    assert easel.region.on is Boundary.FIRST
    assert easel.region.mode is RegionMode.STILL
    assert easel.session.document.undo_label == "Add region"


@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.3])
def test_a_dragged_lasso_encloses_what_was_circled(easel: Easel, zoom: float) -> None:
    easel.begin(Tool.REGION, Shown.LAST)
    easel.zoom(zoom)
    around = [Point(160, 50), Point(200, 70), Point(205, 110), Point(160, 130), Point(120, 110), Point(118, 70)]
    easel.drag(*around, Point(158, 52))
    assert easel.region.on is Boundary.LAST
    assert contains(easel.region, Point(160, 90))
    assert not contains(easel.region, Point(110, 60))
    box = bounds(easel.region)
    assert (box.left, box.top) == pytest.approx((118, 50), abs=1.2)
    assert (box.right, box.bottom) == pytest.approx((205, 130), abs=1.2)
    assert len(easel.region.outline) <= 12


def test_shift_drags_a_rectangle(easel: Easel) -> None:
    easel.begin(Tool.REGION)
    easel.drag(Point(60, 40), Point(120, 100), modifiers=SHIFT)
    assert all(is_near(a, b, 0.8) for a, b in zip(easel.region.outline, BOX, strict=True))


def test_escape_drops_an_open_polygon_and_backspace_its_last_corner(easel: Easel) -> None:
    easel.begin(Tool.REGION)
    click_corners(easel)
    easel.key(Qt.Key.Key_Backspace)
    easel.key(Qt.Key.Key_Return)
    assert easel.guidance.regions == ()
    click_corners(easel)
    easel.key(Qt.Key.Key_Escape)
    easel.key(Qt.Key.Key_Return)
    assert easel.guidance.regions == ()


def test_the_open_polygon_is_shown_up_to_the_pointer(easel: Easel) -> None:
    easel.begin(Tool.REGION)
    easel.click(CORNERS[0])
    easel.click(CORNERS[1])
    easel.move(CORNERS[2])
    preview = easel.view.tool.preview()
    assert preview is not None
    assert preview.elementCount() == 3


def test_corners_and_the_whole_can_be_moved(easel: Easel) -> None:
    easel.begin(Tool.REGION)
    easel.draw(Guidance(regions=(boxed(),)))
    easel.session.selection.select_region(RegionId("region-a"))
    easel.drag(BOX[2], Point(140, 120))
    assert is_near(easel.region.outline[2], Point(140, 120), 0.8)
    assert easel.region.outline[:2] == BOX[:2]
    easel.drag(Point(90, 70), Point(100, 75))
    assert is_near(easel.region.outline[0], Point(70, 45), 0.8)
    assert easel.session.document.undo_label == "Move region"


def test_double_click_on_an_edge_adds_a_corner_and_delete_removes_it(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance(regions=(boxed(),)))
    easel.double_click(Point(90, 40))
    assert len(easel.region.outline) == 5
    assert is_near(easel.region.outline[1], Point(90, 40), 0.8)
    easel.key(Qt.Key.Key_Delete)
    assert easel.region.outline == BOX
    easel.key(Qt.Key.Key_Delete)
    assert easel.guidance.regions == ()


def test_m_makes_a_region_move_or_hold_still_and_the_next_ones_too(easel: Easel) -> None:
    easel.begin(Tool.REGION)
    easel.draw(Guidance(regions=(boxed(),)))
    easel.session.selection.select_region(RegionId("region-a"))
    easel.key(Qt.Key.Key_M)
    assert easel.region.mode is RegionMode.MOVES
    easel.session.document.undo()
    assert easel.region.mode is RegionMode.STILL
    assert easel.view.stage.new_mode is RegionMode.MOVES


def test_the_feather_has_a_handle(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance(regions=(boxed(),)))
    easel.session.selection.select_region(RegionId("region-a"))
    easel.drag(Point(124, 70), Point(136, 70))
    assert easel.region.feather == pytest.approx(16, abs=0.8)
    assert easel.region.outline == BOX


def test_arrows_nudge_a_region(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance(regions=(boxed(),)))
    easel.click(Point(90, 70))
    easel.key(Qt.Key.Key_Left, SHIFT)
    assert easel.region.outline[0] == Point(50, 40)


def test_the_menus_let_a_region_follow_a_path_and_a_path_carry_a_region(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90)),), (boxed(),)))
    easel.session.selection.select_region(RegionId("region-a"))
    choose(easel, "Follow path", "Path 1")
    assert easel.region.follows == PathId("path-a")
    easel.session.selection.select_path(PathId("path-a"))
    choose(easel, "Carry region", "Region 1 (holds still)")
    assert easel.path.region == RegionId("region-a")
    easel.session.document.undo()
    easel.session.document.undo()
    assert easel.region.follows is None


def choose(easel: Easel, submenu: str, title: str) -> None:
    menu = build_menu(easel.view.stage, easel.view)
    assert menu is not None
    inner = next(action.menu() for action in menu.actions() if action.text() == submenu)
    next(action for action in inner.actions() if action.text() == title).trigger()  # type: ignore[attr-defined]  # QObject in the stubs
    menu.close()


def test_a_region_that_follows_is_also_shown_where_it_is_carried(easel: Easel) -> None:
    region = MotionRegion(RegionId("region-a"), outline=BOX, follows=PathId("path-a"))
    easel.begin(Tool.SELECT, Shown.LAST)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 100)),), (region,)))
    assert easel.view.layer.regions[region.id].look.carried == Point(100, 10)
    easel.session.selection.set_shown(Shown.FIRST)
    assert easel.view.layer.regions[region.id].look.carried == Point(0, 0)


@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.3])
def test_the_brush_paints_a_stroke_where_the_pointer_went(easel: Easel, zoom: float) -> None:
    easel.begin(Tool.BRUSH)
    easel.zoom(zoom)
    easel.view.stage.set_brush(20, 0.5)
    way = (Point(120, 70), Point(150, 70), Point(180, 100))
    easel.drag(*way)
    (stroke,) = easel.region.strokes
    assert (stroke.width, stroke.softness) == (20, 0.5)
    assert is_near(stroke.points[0], way[0], 0.5 / zoom + 0.3)
    assert is_near(stroke.points[-1], way[-1], 2.0 + 0.5 / zoom)
    assert easel.session.document.undo_label == "Paint region"


def test_each_stroke_is_one_step_and_joins_the_selected_region(easel: Easel) -> None:
    easel.begin(Tool.BRUSH)
    steps = easel.undo_steps()
    easel.drag(Point(60, 60), Point(120, 60))
    easel.drag(Point(60, 120), Point(120, 120))
    assert len(easel.region.strokes) == 2
    assert easel.undo_steps() == steps + 2
    easel.session.document.undo()
    assert len(easel.region.strokes) == 1


def test_alt_takes_strokes_away_and_the_last_one_takes_the_region(easel: Easel) -> None:
    strokes = (Stroke((Point(60, 60), Point(120, 60)), 20), Stroke((Point(60, 120), Point(120, 120)), 20))
    easel.begin(Tool.BRUSH)
    easel.draw(Guidance(regions=(MotionRegion(RegionId("region-a"), strokes=strokes),)))
    easel.click(Point(100, 60), ALT)
    assert easel.region.strokes == strokes[1:]
    easel.drag(Point(100, 150), Point(100, 118), modifiers=ALT)
    assert easel.guidance.regions == ()
    easel.session.document.undo()
    assert easel.region.strokes == strokes[1:]


def test_escape_takes_a_stroke_back(easel: Easel) -> None:
    easel.begin(Tool.BRUSH)
    easel.press(Point(60, 60))
    easel.move(Point(120, 60))
    easel.key(Qt.Key.Key_Escape)
    easel.release(Point(120, 60))
    assert easel.guidance.is_empty


def test_brackets_change_the_brush(easel: Easel) -> None:
    easel.begin(Tool.BRUSH)
    width, softness = easel.view.stage.brush_width, easel.view.stage.brush_softness
    easel.type("]]")
    assert easel.view.stage.brush_width == pytest.approx(width * 1.15**2)
    easel.type("[[")
    easel.type("}")
    assert easel.view.stage.brush_width == pytest.approx(width)
    assert easel.view.stage.brush_softness == pytest.approx(softness + 0.1)
    easel.type("{" * 20)
    assert easel.view.stage.brush_softness == 0
