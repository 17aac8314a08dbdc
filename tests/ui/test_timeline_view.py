"""The timeline widget: zoom, scroll, scrub, drops, and a thousand clips."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path, PurePath

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from window_driver import Driver

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Gap, GapRows, Timeline, Track, gaps_of
from mpd_studio.ui.media_drops import media_mime
from mpd_studio.ui.timeline.hits import Place
from mpd_studio.ui.timeline.lanes import Lane
from mpd_studio.ui.timeline.ruler import label_step
from mpd_studio.ui.timeline.scale import TimeScale


def _wheel(desk: Driver, point: QPoint, steps: int, modifier: Qt.KeyboardModifier) -> None:
    viewport = desk.window.timeline.viewport()
    spot = QPointF(point)
    event = QWheelEvent(
        spot,
        QPointF(viewport.mapToGlobal(point)),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_frames_and_pixels_agree() -> None:
    scale = TimeScale(3.5, 52.0)
    assert [scale.frame(scale.x(frame) + 0.1) for frame in range(50)] == list(range(50))
    assert scale.frame(51.9) == -1
    zoomed = scale.zoomed(2, 100)
    assert zoomed.per_frame == 7
    assert (100 - zoomed.left) / 7 == pytest.approx((100 - 52) / 3.5)


@pytest.mark.parametrize("per_frame", [0.01, 0.1, 1, 4, 16])
def test_labels_of_the_ruler_never_touch(per_frame: float) -> None:
    step = label_step(Timeline(rate=Fraction(24000, 1001)), per_frame, 80)
    assert step * per_frame >= 80 or step == 24 * 36000


def test_control_wheel_zooms_around_the_mouse(desk: Driver) -> None:
    desk.session.document.apply("Build", lambda _: _long_timeline(20))
    view = desk.window.timeline
    point = desk.spot(217)
    before = view.scale
    _wheel(desk, point, 4, Qt.KeyboardModifier.ControlModifier)
    after = view.scale
    assert after.per_frame > before.per_frame * 1.5
    assert abs(after.x(217) - point.x()) <= 1
    _wheel(desk, point, -4, Qt.KeyboardModifier.ControlModifier)
    assert view.scale.per_frame == pytest.approx(before.per_frame)


def test_a_press_on_the_ruler_scrubs(gap_desk: Driver) -> None:
    viewport = gap_desk.window.timeline.viewport()
    scale = gap_desk.window.timeline.scale
    spots = [QPoint(round(scale.x(frame) + scale.per_frame / 2), 5) for frame in (3, 20)]
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spots[0])
    assert gap_desk.session.selection.playhead == 3
    QTest.mouseMove(viewport, spots[1])
    assert gap_desk.session.selection.playhead == 20
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spots[1])
    QTest.mouseMove(viewport, spots[0])
    assert gap_desk.session.selection.playhead == 20


def test_media_from_the_bin_lands_on_the_first_free_spot(gap_desk: Driver) -> None:
    mime = media_mime(gap_desk.timeline, gap_desk.timeline.media[0])
    gap_desk.drop_mime(mime, gap_desk.window.timeline.viewport(), gap_desk.spot(2))
    assert gap_desk.kinds == [("clip", 12), ("gap", 5), ("clip", 12), ("clip", 12)]


def test_return_in_the_bin_adds_to_the_end(gap_desk: Driver) -> None:
    media = gap_desk.window.media.list
    media.setFocus()
    media.setCurrentRow(1)
    QTest.keyClick(media, Qt.Key.Key_Return)
    assert gap_desk.kinds[-1] == ("clip", 12)
    assert len(gap_desk.kinds) == 4


def test_return_on_the_timeline_selects_what_is_under_the_playhead(gap_desk: Driver) -> None:
    gap_desk.session.selection.set_playhead(13)
    QTest.keyClick(gap_desk.window.timeline, Qt.Key.Key_Return)
    assert gap_desk.session.selection.gap_id == gap_desk.gap.id


def test_hits_tell_edges_from_bodies(gap_desk: Driver) -> None:
    view = gap_desk.window.timeline
    y = gap_desk.spot(0).y()
    x = [view.scale.x(frame) for frame in (0, 6, 12, 14, 29)]
    found = [view.hit(QPointF(at, y)).place for at in (x[0] + 2, x[1], x[2] - 2, x[3], x[4] + 30)]
    assert found == [Place.HEAD, Place.CLIP, Place.TAIL, Place.GAP, Place.EMPTY]
    assert view.hit(QPointF(3, y)).place is Place.HEADER
    assert view.hit(QPointF(x[1], 3)).place is Place.RULER


def _media() -> MediaRef:
    return MediaRef(PurePath("/no/such.mov"), Fraction(24), Size(96, 64), 100, "0")


def test_free_places_are_found_between_clips() -> None:
    clip = Clip(ClipId("a"), _media(), FrameRange(0, 10))
    lane = Lane(Track("V1", (clip, Gap(GapId("g"), 5), Clip(ClipId("b"), _media(), FrameRange(0, 10)))))
    assert [lane.free_start(*wish) for wish in ((0, 5), (0, 6), (11, 4), (11, 5), (40, 9))] == [10, 25, 11, 25, 40]
    assert [start for start, _ in lane.between(12, 16)] == [10, 15]


def _long_timeline(count: int) -> Timeline:
    media = _media()
    items: list[Clip | Gap] = []
    for number in range(count):
        items += [Clip(ClipId(f"c{number}"), media, FrameRange(0, 20)), Gap(GapId(f"g{number}"), 5)]
    return Timeline(tracks=(Track("V1", tuple(items[:-1])),), media=(media,))


def test_a_thousand_clips_are_looked_up_no_slower_than_ten() -> None:
    lane = Lane(_long_timeline(1000).tracks[0])
    shown = list(lane.between(12_000, 12_100))
    assert [start for start, _ in shown] == [12_000, 12_020, 12_025, 12_045, 12_050, 12_070, 12_075, 12_095]


def test_painting_a_thousand_clips_fits_into_a_slot(desk: Driver) -> None:
    desk.session.document.apply("Build", lambda _: _long_timeline(1000))
    view = desk.window.timeline
    view.zoom(30, 400)
    desk.wait(lambda: desk.session.jobs.current is None)
    times = []
    for step in range(10):
        view.horizontalScrollBar().setValue(400 * step)
        begin = time.perf_counter()
        view.viewport().repaint()
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.016, "the machine may be busy, but not at every one of ten paints"


def test_every_narrow_strip_can_be_repainted_alone(gap_desk: Driver) -> None:
    view = gap_desk.window.timeline
    view.zoom_fit()
    with gap_desk.qtbot.captureExceptions() as errors:
        for edge in (0, 12, 17, 29):
            x = round(view.scale.x(edge))
            for left in range(x - 8, x + 8):
                view.viewport().repaint(left, 0, 5, view.viewport().height())
    assert errors == []


def _lane(*lengths: int) -> Lane:
    """Clips and gaps in turns."""
    media = MediaRef(PurePath("/shots/a.mov"), Fraction(24), Size(96, 64), 1000, "f")
    items = [
        Gap(GapId(f"g{n}"), length) if n % 2 else Clip(ClipId(f"c{n}"), media, FrameRange(0, length))
        for n, length in enumerate(lengths)
    ]
    return Lane(Track("V1", tuple(items)))


def test_items_too_short_to_be_seen_are_put_together_and_a_gap_among_them_shows() -> None:
    lane = _lane(100, 2, 3, 2, 200, 1, 4)
    bundles = list(lane.bundles(0, lane.length, least=50, pixel=6))
    assert [(b.start, b.length, b.item is None, b.has_gap) for b in bundles] == [
        (0, 100, False, False),
        (100, 7, True, True),
        (107, 200, False, False),
        (307, 5, True, True),
    ]


def test_bundles_cover_all_that_is_in_view_without_overlap() -> None:
    lane = _lane(*(1 + n % 7 for n in range(400)))
    for pixel in (0.1, 1, 3.5, 60):
        bundles = list(lane.bundles(200, 900, least=4 * pixel, pixel=pixel))
        assert bundles[0].start <= 200
        assert bundles[-1].start + bundles[-1].length >= 900
        assert all(a.start + a.length == b.start for a, b in pairwise(bundles))


def test_an_edit_of_a_thousand_clips_builds_no_gap_that_nobody_looks_at() -> None:
    timeline = Timeline(tracks=(_lane(*([3] * 2001)).track,))
    rows = GapRows(timeline)
    assert len(rows) == 1000
    assert rows[999] == gaps_of(timeline)[999]
    assert rows[3:5] == gaps_of(timeline)[3:5]
    assert [gap.id for gap in rows.gaps] == [placed.gap.id for placed in gaps_of(timeline)]


def test_a_still_from_the_bin_lasts_as_long_as_a_dropped_one(desk: Driver, tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "card.png"), np.full((64, 96, 3), 90, np.uint8))
    desk.drop_on_timeline([tmp_path / "card.png"], 0)
    desk.wait(lambda: len(desk.items) == 1)
    desk.window.media.place(0)
    first, second = desk.items
    assert first.length == second.length > 1


def test_a_double_click_on_its_name_renames_a_track(gap_desk: Driver) -> None:
    viewport = gap_desk.window.timeline.viewport()
    name = QPoint(10, gap_desk.spot(0).y())
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, name)
    gap_desk.type("plates")
    gap_desk.key(Qt.Key.Key_Return)
    assert gap_desk.timeline.tracks[0].name == "plates"
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, name)
    gap_desk.type("no")
    gap_desk.key(Qt.Key.Key_Escape)
    assert gap_desk.timeline.tracks[0].name == "plates"
    assert gap_desk.session.document.undo_label == "Rename track"


def test_ten_hours_fit_into_the_window(gap_desk: Driver) -> None:
    gap_id = gap_desk.gap.id
    gap_desk.session.document.apply("Grow", lambda timeline: set_gap_length(timeline, gap_id, 864_000))
    view = gap_desk.window.timeline
    view.zoom_fit()
    assert view.scale.x(gap_desk.timeline.length) < view.viewport().width()
    gap_desk.click(12)
    ends = gap_desk.window.inspector.ends
    gap_desk.session.selection.select_gap(gap_id)
    gap_desk.wait(lambda: ends.length.value() == 864_000)


def _menu_by_keyboard(desk: Driver) -> tuple[list[str], QPoint]:
    """The titles of the menu that the menu key opens, and where in the timeline; the menu is closed again."""
    view = desk.window.timeline
    spots: list[QPoint] = []
    view.menu_wanted.connect(lambda hit, spot: spots.append(spot))
    centre = view.rect().center()  # where Qt says that the key was pressed
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, centre, view.mapToGlobal(centre))
    QApplication.sendEvent(view, event)
    (menu,) = [menu for menu in desk.window.findChildren(QMenu) if menu.isVisible() and not menu.title()]
    titles = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    QApplication.processEvents()
    return titles, view.viewport().mapFromGlobal(spots[-1])


def test_the_menu_key_opens_the_menu_of_what_is_selected(gap_desk: Driver) -> None:
    selection = gap_desk.session.selection
    last = gap_desk.items[2]
    assert isinstance(last, Clip)
    selection.select_clip(last.id)
    titles, place = _menu_by_keyboard(gap_desk)
    assert selection.clip_id == last.id
    assert "Delete and close up" in titles
    assert gap_desk.window.timeline.hit(QPointF(place)).item == last
    selection.select_gap(gap_desk.gap.id)
    titles, place = _menu_by_keyboard(gap_desk)
    assert selection.gap_id == gap_desk.gap.id
    assert "Generate 5 frames" in titles
    assert gap_desk.window.timeline.hit(QPointF(place)).item == gap_desk.gap


def test_with_nothing_selected_the_menu_key_means_what_stands_at_the_playhead(gap_desk: Driver) -> None:
    selection = gap_desk.session.selection
    selection.clear()
    selection.set_playhead(14)
    titles, _ = _menu_by_keyboard(gap_desk)
    assert selection.gap_id == gap_desk.gap.id
    assert "Generate 5 frames" in titles
