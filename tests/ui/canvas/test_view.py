from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from easel import CLIP_LENGTH, GAP, GAP_LENGTH, NONE, SIZE, Easel, still, straight_path, two_stills
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance
from mpd_studio.session.selection import Compare, Shown, Tool
from mpd_studio.ui.canvas.compare_item import difference
from mpd_studio.ui.canvas.ink import PATH_COLORS
from mpd_studio.ui.canvas.shown_frame import ShownKind
from mpd_studio.ui.canvas.tools import ToolColumn
from mpd_studio.ui.images import array_of

FIRST_COLOR, LAST_COLOR = (40, 90, 160), (160, 60, 30)
QUIET = Point(300, 170)  # a place without drawings


def shows(easel: Easel, color: Sequence[int], at: Point = QUIET) -> bool:
    return all(abs(a - b) <= 2 for a, b in zip(easel.color_at(at), color, strict=True))


def test_an_empty_project_teaches_and_offers_the_demo(empty_easel: Easel) -> None:
    view = empty_easel.view
    assert view.empty_state.isVisible()
    assert "Drop two clips here" in view.empty_state.text.text()
    spy = QSignalSpy(view.demo_wanted)
    QTest.mouseClick(view.empty_state.button, Qt.MouseButton.LeftButton)
    assert spy.count() == 1


def test_media_on_the_timeline_end_the_empty_state(easel: Easel) -> None:
    assert not easel.view.empty_state.isVisible()
    assert shows(easel, FIRST_COLOR)


def test_the_frame_at_the_playhead_is_shown(easel: Easel) -> None:
    easel.session.selection.set_playhead(CLIP_LENGTH + GAP_LENGTH)
    easel.qtbot.waitUntil(lambda: shows(easel, LAST_COLOR))
    assert easel.view.shown.kind is ShownKind.CLIP
    assert "last.png" in easel.view.caption_bar.caption.text()


def test_the_boundary_frames_are_shown_and_named(easel: Easel) -> None:
    easel.begin(Tool.SELECT, Shown.LAST)
    easel.qtbot.waitUntil(lambda: shows(easel, LAST_COLOR))
    assert easel.view.caption_bar.caption.text() == "Last frame · last.png"
    easel.session.selection.set_shown(Shown.FIRST)
    easel.qtbot.waitUntil(lambda: shows(easel, FIRST_COLOR))
    assert easel.view.caption_bar.caption.text() == "First frame · first.png"


def test_the_last_good_picture_stays_until_the_next_has_come(easel: Easel) -> None:
    arrived = easel.view.pictures.picture.pixmap.cacheKey()
    easel.begin(Tool.SELECT, Shown.LAST)
    assert easel.view.pictures.picture.pixmap.cacheKey() == arrived
    assert shows(easel, FIRST_COLOR)
    easel.qtbot.waitUntil(lambda: shows(easel, LAST_COLOR))


def test_a_gap_without_an_end_says_what_to_do(easel: Easel) -> None:
    (track,) = easel.session.document.timeline.tracks
    shorter = (replace(track, items=track.items[:2]),)
    easel.session.document.apply("Shorten", lambda timeline: replace(timeline, tracks=shorter))
    easel.begin(Tool.PATH, Shown.LAST)
    assert easel.view.shown.kind is ShownKind.WAITING
    assert "put a clip behind the gap" in easel.view.caption_bar.caption.text()
    easel.drag(Point(100, 100), Point(150, 100))
    assert easel.guidance.is_empty


def test_the_playhead_beside_the_gap_counts_as_its_boundary_frame(easel: Easel) -> None:
    easel.session.selection.select_gap(GAP)
    for playhead, time in ((CLIP_LENGTH - 1, 0.0), (CLIP_LENGTH, 0.25), (CLIP_LENGTH + GAP_LENGTH, 1.0)):
        easel.session.selection.set_playhead(playhead)
        assert easel.view.shown.time == time
    easel.session.selection.set_playhead(0)
    assert easel.view.shown.time is None


def test_drawings_are_hidden_without_their_gap_and_far_from_it(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((straight_path(Point(50, 50), Point(250, 50)),)))
    assert len(easel.view.layer.paths) == 1
    easel.session.selection.set_playhead(0)
    assert easel.view.layer.paths == {}
    easel.session.selection.set_playhead(CLIP_LENGTH + 1)
    assert len(easel.view.layer.paths) == 1
    easel.session.selection.clear()
    assert easel.view.layer.paths == {}


def test_a_draft_is_shown_with_its_confidence(easel: Easel) -> None:
    easel.session.selection.select_gap(GAP)
    easel.session.selection.set_playhead(CLIP_LENGTH + 1)
    assert "not made yet" in easel.view.caption_bar.caption.text()
    easel.session.preferences.set(drafts_enabled=True)
    easel.session.selection.set_playhead(CLIP_LENGTH)
    easel.session.selection.set_playhead(CLIP_LENGTH + 1)
    assert "the draft is on its way" in easel.view.caption_bar.caption.text()
    easel.qtbot.waitUntil(lambda: easel.view.shown.kind is ShownKind.DRAFT, timeout=20_000)
    assert easel.view.caption_bar.caption.text().startswith("Draft · frame 2 of 3")
    assert easel.view.shown.confidence is not None
    assert easel.view.caption_bar.confidence.isVisible()
    red, _, blue = easel.color_at(QUIET)
    assert FIRST_COLOR[0] < red < LAST_COLOR[0]
    assert LAST_COLOR[2] < blue < FIRST_COLOR[2]


def test_a_missing_file_is_named_where_its_frame_would_be(easel: Easel, tmp_path: Path) -> None:
    (tmp_path / "last.png").unlink()
    easel.begin(Tool.SELECT, Shown.LAST)
    easel.qtbot.waitUntil(
        lambda: "last.png" in easel.view.caption_bar.caption.text() and "·" not in easel.view.caption_bar.caption.text()
    )


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.3, 8.0])
def test_canvas_points_map_to_pixels_at_every_zoom(easel: Easel, scale: float) -> None:
    easel.zoom(scale, Point(160, 90))
    for place in (Point(0, 0), Point(160.5, 90.5), Point(320, 180)):
        pixel = easel.view.viewportTransform().map(QPointF(place.x, place.y))
        back = easel.view.canvas_point(pixel.x(), pixel.y())
        assert back.distance_to(place) < 1e-6
    assert easel.view.zoom.device_scale == pytest.approx(scale)


def test_the_marked_pixel_is_drawn_where_its_centre_is(easel: Easel) -> None:
    easel.zoom(8.0, Point(10.5, 20.5))
    assert shows(easel, (255, 255, 255), Point(10.5, 20.5))
    for x, y in ((9.4, 20.5), (11.6, 20.5), (10.5, 19.4), (10.5, 21.6)):
        assert shows(easel, FIRST_COLOR, Point(x, y))


def test_the_wheel_zooms_around_the_pointer(easel: Easel) -> None:
    easel.view.zoom_pixel()
    at = easel.pixel(Point(70, 60))
    before = easel.view.canvas_point(at.x(), at.y())
    wheel(easel, at, 120)
    wheel(easel, at, 120)
    assert easel.view.zoom.device_scale == pytest.approx(1.44)
    after = easel.view.canvas_point(at.x(), at.y())
    assert after.distance_to(before) < 1.5 / 1.44
    wheel(easel, at, -240)
    assert easel.view.zoom.device_scale == pytest.approx(1.0)


def wheel(easel: Easel, at: QPoint, angle: int) -> None:
    viewport = easel.view.viewport()
    event = QWheelEvent(
        QPointF(at),
        viewport.mapToGlobal(QPointF(at)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_fit_shows_the_whole_canvas_and_follows_the_window(easel: Easel) -> None:
    easel.view.zoom_fit()
    for size in ((900, 600), (500, 500)):
        easel.view.resize(*size)
        shown = easel.view.mapToScene(easel.view.viewport().rect()).boundingRect()
        assert shown.contains(0, 0)
        assert shown.contains(SIZE.width, SIZE.height)
        assert abs(shown.center().x() - SIZE.width / 2) < 2
        assert min(shown.width() / SIZE.width, shown.height() / SIZE.height) < 1.25


def test_pixel_true_is_one_device_pixel_and_the_zoom_is_told(easel: Easel) -> None:
    spy = QSignalSpy(easel.view.zoom_changed)
    easel.view.zoom_pixel()
    assert easel.view.zoom.scale * easel.view.devicePixelRatioF() == 1.0
    assert spy.at(spy.count() - 1) == [1.0]
    assert easel.view.caption_bar.zoom.text() == "100 %"


@pytest.mark.parametrize("by", ["middle button", "space"])
def test_panning_moves_the_picture_with_the_pointer(easel: Easel, by: str) -> None:
    easel.view.zoom_pixel()
    easel.begin(Tool.PATH)
    place, viewport = Point(100, 80), easel.view.viewport()
    start = easel.pixel(place)
    button = Qt.MouseButton.MiddleButton if by == "middle button" else Qt.MouseButton.LeftButton
    if by == "space":
        QTest.keyPress(easel.view, Qt.Key.Key_Space)
    QTest.mousePress(viewport, button, NONE, start)
    QTest.mouseMove(viewport, start + QPoint(30, -20))
    QTest.mouseRelease(viewport, button, NONE, start + QPoint(30, -20))
    if by == "space":
        QTest.keyRelease(easel.view, Qt.Key.Key_Space)
    assert easel.pixel(place) - start == QPoint(30, -20)
    assert easel.guidance.is_empty
    assert not easel.session.player.is_playing


def test_space_alone_plays(easel: Easel) -> None:
    easel.key(Qt.Key.Key_Space)
    assert easel.session.player.is_playing
    easel.key(Qt.Key.Key_Space)
    assert not easel.session.player.is_playing


def test_the_zoom_is_remembered_for_each_canvas_size(easel: Easel) -> None:
    easel.zoom(3.0, Point(50, 50))
    center = easel.view.mapToScene(easel.view.viewport().rect().center())
    document = easel.session.document
    document.apply("Resize", lambda timeline: replace(timeline, canvas=Size(640, 360)))
    assert easel.view.zoom.is_fit
    document.undo()
    assert easel.view.zoom.device_scale == pytest.approx(3.0)
    again = easel.view.mapToScene(easel.view.viewport().rect().center())
    assert (again - center).manhattanLength() < 1


def test_a_frame_of_another_size_fills_the_canvas(empty_easel: Easel, tmp_path: Path, qtbot: QtBot) -> None:
    timeline = two_stills(tmp_path, second_size=Size(160, 120))
    empty_easel.session.document.apply("Build", lambda _: timeline)
    empty_easel.begin(Tool.SELECT, Shown.LAST)
    qtbot.waitUntil(lambda: shows(empty_easel, LAST_COLOR, Point(318, 178)))
    assert shows(empty_easel, LAST_COLOR, Point(2, 2))


def test_the_wipe_shows_both_sides_of_a_line_that_can_be_dragged(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.session.selection.set_compare(Compare.WIPE)
    left, right = Point(120, 170), Point(200, 170)
    easel.qtbot.waitUntil(lambda: shows(easel, LAST_COLOR, right))
    assert shows(easel, FIRST_COLOR, left)
    easel.drag(Point(160, 90), Point(240, 90))
    assert easel.view.pictures.compare.wipe == pytest.approx(0.75, abs=0.01)
    assert shows(easel, FIRST_COLOR, right)
    assert easel.guidance.is_empty


def test_the_difference_is_amplified_and_black_where_equal(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.session.selection.set_compare(Compare.DIFFERENCE)
    expected = tuple(min(255, 4 * abs(a - b)) for a, b in zip(FIRST_COLOR, LAST_COLOR, strict=True))
    easel.qtbot.waitUntil(lambda: shows(easel, expected))
    picture = easel.view.pictures.picture.pixmap
    assert array_of(difference(picture, picture).toImage()).max() == 0


def test_side_by_side_shows_both_pictures_whole(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.session.selection.set_compare(Compare.SIDE_BY_SIDE)
    easel.qtbot.waitUntil(lambda: shows(easel, LAST_COLOR, Point(SIZE.width * 1.5, 90)))
    assert shows(easel, FIRST_COLOR, Point(SIZE.width / 2, 90))
    assert easel.view.caption_bar.other.text() == "Last frame"
    easel.session.selection.set_tool(Tool.REGION)
    easel.drag(Point(SIZE.width + 60, 40), Point(SIZE.width + 120, 40), Point(SIZE.width + 90, 120))
    assert easel.guidance.is_empty
    easel.session.selection.set_compare(Compare.OFF)
    assert not easel.view.caption_bar.other.isVisible()


def test_onion_skin_blends_the_boundary_frames_by_its_slider(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.session.selection.set_onion_skin(True)
    half = tuple((a + b) // 2 for a, b in zip(FIRST_COLOR, LAST_COLOR, strict=True))
    easel.qtbot.waitUntil(lambda: shows(easel, half))
    easel.view.caption_bar.onion.setValue(0)
    assert shows(easel, FIRST_COLOR)
    easel.view.caption_bar.onion.setValue(100)
    assert shows(easel, LAST_COLOR)


def test_a_path_is_drawn_in_its_colour_with_a_dark_halo(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((straight_path(Point(60, 90.5), Point(260, 90.5)),)))
    easel.zoom(4.0, Point(110, 90))
    line = easel.pixel(Point(122, 90.5))
    image = easel.view.viewport().grab().toImage()
    across = [image.pixelColor(line + QPoint(0, y)) for y in range(-5, 6)]
    brightest = max(range(11), key=lambda i: across[i].red())
    assert across[brightest].hue() == pytest.approx(QColor(PATH_COLORS[0]).hue(), abs=8)
    assert across[brightest].saturation() > 200
    assert min(color.lightness() for color in across[:brightest]) < 60
    assert min(color.lightness() for color in across[brightest + 1 :]) < 60


def test_keys_that_act_on_drawings_win_over_the_windows_shortcuts(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    arrow = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Left, NONE)
    arrow.ignore()
    QApplication.sendEvent(easel.view, arrow)
    assert not arrow.isAccepted()
    path = straight_path(Point(100, 90), Point(200, 90))
    easel.draw(Guidance((path,)))
    easel.session.selection.select_path(path.id)
    QApplication.sendEvent(easel.view, arrow)
    assert arrow.isAccepted()


def test_files_dropped_on_the_canvas_are_opened(easel: Easel, tmp_path: Path) -> None:
    drop_file(easel, easel.view.viewport(), tmp_path)


def test_files_dropped_on_the_words_of_the_empty_canvas_are_opened(empty_easel: Easel, tmp_path: Path) -> None:
    drop_file(empty_easel, empty_easel.view.empty_state, tmp_path)
    assert not empty_easel.view.empty_state.isVisible()


def drop_file(easel: Easel, target: QWidget, folder: Path) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(still(folder / "third.png", (9, 9, 9))))])
    middle = QPointF(target.rect().center())
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    for event in (
        QDragEnterEvent(middle.toPoint(), copy, files, left, NONE),
        QDropEvent(middle, copy, files, left, NONE),
    ):
        QApplication.sendEvent(target, event)
        assert event.isAccepted()

    def is_there() -> bool:
        return "third.png" in [media.name for media in easel.session.document.timeline.media]

    easel.qtbot.waitUntil(is_there)


def test_the_hint_follows_the_tool_and_the_frame(easel: Easel) -> None:
    hint = easel.view.hint_bar.hint
    easel.session.selection.set_tool(Tool.PATH)
    assert "Select a gap first" in hint.text()
    easel.begin(Tool.PATH)
    assert "should be on the last frame" in hint.text()
    easel.session.selection.set_shown(Shown.LAST)
    assert "was on the first frame" in hint.text()
    easel.begin(Tool.BRUSH)
    assert hint.text().startswith("Paint what must hold still (40 px")


def test_the_tool_column_chooses_and_shows_the_tool(easel: Easel) -> None:
    column = ToolColumn(easel.session)
    easel.qtbot.addWidget(column)
    QTest.mouseClick(column.button(Tool.REGION), Qt.MouseButton.LeftButton)
    assert easel.session.selection.tool is Tool.REGION
    easel.session.selection.set_tool(Tool.BRUSH)
    assert column.button(Tool.BRUSH).isChecked()
    assert not column.button(Tool.REGION).isChecked()
    assert all(column.button(tool).toolTip() for tool in Tool)
