"""While a path is dragged, only what shows it works: the hand feels the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from window_driver import Driver

from mpd_studio.core.gap_edits import add_path, replace_path, set_gap_length
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.core.timeline import gaps_of

BALL = MotionPath(
    PathId("ball"), (PathPoint(0, Point(20, 20)), PathPoint(0.5, Point(40, 30)), PathPoint(1, Point(60, 20)))
)


class Paints(QObject):
    """Counts how often widgets are painted."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.count = 0
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def path_desk(gap_desk: Driver) -> Driver:
    """The gap has a path, which is selected; the playhead stands in the gap, and everything has been painted."""
    gap_id = gaps_of(gap_desk.timeline)[0].gap.id
    gap_desk.session.document.apply("Draw", lambda timeline: add_path(timeline, gap_id, BALL))
    gap_desk.session.selection.select_gap(gap_id)
    gap_desk.session.selection.select_path(BALL.id)
    gap_desk.session.selection.set_playhead(14)
    gap_desk.window.left_pages.tabs.setCurrentIndex(1)
    gap_desk.wait(lambda: gap_desk.window.inspector.guidance.list.count() == 1)
    gap_desk.qtbot.wait(300)  # what comes late is painted: thumbnails, the contract sheet
    return gap_desk


def drag(desk: Driver, moves: int) -> None:
    gap_id = desk.gap.id
    for number in range(moves):
        moved = replace(BALL, points=(BALL.points[0], PathPoint(0.5, Point(40 + number, 31)), BALL.points[2]))
        desk.session.document.apply("Move", lambda timeline, path=moved: replace_path(timeline, gap_id, path), "drag")
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def test_what_shows_no_path_is_not_painted_during_a_drag(path_desk: Driver) -> None:
    window = path_desk.window
    lists = window.gaps.list, window.media.list, window.inspector.guidance.list
    still = Paints(window.timeline.viewport(), window.takes.draft_card, *(each.viewport() for each in lists))
    canvas = Paints(window.centre.canvas.viewport())
    drag(path_desk, 5)
    assert (still.count, canvas.count >= 5) == (0, True)
    path_desk.session.document.end_merge()
    path_desk.session.document.apply("Longer", lambda timeline: set_gap_length(timeline, path_desk.gap.id, 7))
    path_desk.wait(lambda: still.count >= 2)
    assert path_desk.window.timeline.box_of(0, 12, 7).width() == pytest.approx(
        7 * path_desk.window.timeline.scale.per_frame
    )


def test_what_can_be_done_is_still_told_during_a_drag(path_desk: Driver) -> None:
    tip = path_desk.tip("edit.undo")
    drag(path_desk, 2)
    assert path_desk.window.table.action("edit.undo").text() == "Undo Move"
    assert path_desk.window.table.action("edit.undo").isEnabled()
    path_desk.session.document.end_merge()
    while path_desk.session.document.undo_label is not None:
        path_desk.session.document.undo()
    assert path_desk.tip("edit.undo") != tip
    assert not path_desk.window.table.action("edit.undo").isEnabled()


def test_the_draft_card_keeps_its_picture_until_the_hand_rests(path_desk: Driver) -> None:
    session, card = path_desk.session, path_desk.window.takes.draft_card
    session.preferences.set(drafts_enabled=True)
    path_desk.wait(lambda: (draft := session.drafts.draft(path_desk.gap.id)) is not None and draft.is_current)
    before = card.picture
    glanced: list[bool] = []
    session.drafts.changed.connect(lambda gap_id: glanced.append(is_glance() and card.picture is before))

    def is_glance() -> bool:
        draft = session.drafts.draft(path_desk.gap.id)
        return draft is not None and draft.glanced is not None

    drag(path_desk, 1)
    path_desk.wait(lambda: (draft := session.drafts.draft(path_desk.gap.id)) is not None and draft.is_current)
    assert before is not None
    assert any(glanced)
    assert card.picture is not before


def test_moves_of_a_drag_share_a_look_at_what_can_be_done(path_desk: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    situation = path_desk.window.situation
    monkeypatch.setattr(path_desk.window, "situation", lambda: (asked.append(1), situation())[1])
    told: list[int] = []
    path_desk.session.document.file_changed.connect(lambda: told.append(1))
    drag(path_desk, 1)  # there is another step to undo now
    asked.clear()
    drag(path_desk, 20)
    assert len(asked) < 20
    assert told == [1]
    path_desk.session.document.end_merge()
    path_desk.session.document.undo()
    assert told == [1, 1]
    path_desk.wait(lambda: path_desk.window.table.action("edit.redo").isEnabled())
