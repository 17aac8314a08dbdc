"""The draft that is there before one asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from footage import GAP, gap_timeline, moved_path, movie_ref
from pytestqt.qtbot import QtBot

from mpd_studio.core.gap_edits import set_gap_length, set_guidance
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.timeline import find_gap
from mpd_studio.session.draft_work import nearest_made, small_request
from mpd_studio.session.drafts import Draft
from mpd_studio.session.session import Session


def _select(qtbot: QtBot, session: Session) -> Draft:
    with qtbot.waitSignal(session.drafts.changed, timeout=10_000):
        session.selection.select_gap(GAP)
    return _draft(session)


def _draft(session: Session) -> Draft:
    draft = session.drafts.draft(GAP)
    assert draft is not None
    return draft


def _draw(session: Session, guidance: Guidance) -> None:
    session.document.apply("Draw", lambda timeline: set_guidance(timeline, GAP, guidance), merge_key="drag")


def test_selecting_a_gap_makes_a_draft(qtbot: QtBot, gap_session: Session) -> None:
    assert gap_session.drafts.draft(GAP) is None
    draft = _select(qtbot, gap_session)
    assert draft.is_current
    assert len(draft.frames) == len(draft.confidence) == 3
    assert all(frame.shape == (64, 96, 3) and frame.dtype == np.uint8 for frame in draft.frames)
    assert all(0.0 <= value <= 1.0 for value in draft.confidence)


def test_draft_follows_the_drawing(qtbot: QtBot, gap_session: Session) -> None:
    first = _select(qtbot, gap_session)
    _draw(gap_session, moved_path(12.0))
    assert not _draft(gap_session).is_current
    qtbot.waitUntil(lambda: _draft(gap_session).is_current, timeout=10_000)
    changed = _draft(gap_session)
    assert any(not np.array_equal(a, b) for a, b in zip(first.frames, changed.frames, strict=True))


def test_of_two_quick_edits_only_the_newest_draft_lands(qtbot: QtBot, gap_session: Session) -> None:
    landed: list[Guidance] = []
    _select(qtbot, gap_session)
    drafts = gap_session.drafts
    drafts.changed.connect(lambda gap_id: landed.append(drafts._made[gap_id].request.guidance))
    for number in (2.0, 4.0, 6.0):
        _draw(gap_session, moved_path(number))
    qtbot.waitUntil(lambda: _draft(gap_session).is_current, timeout=10_000)
    qtbot.waitUntil(lambda: gap_session._lanes.draft.is_idle)
    # Before the newest lands, each edit says that the old draft (without a path) is no longer current.
    assert set(landed) == {Guidance(), moved_path(6.0)}
    assert landed[-1] == moved_path(6.0)


def test_of_a_changed_drawing_the_frame_at_the_playhead_comes_first(qtbot: QtBot, gap_session: Session) -> None:
    old = _select(qtbot, gap_session)
    placed = find_gap(gap_session.document.timeline, GAP)
    assert placed is not None
    gap_session.selection.set_playhead(placed.start + 1)
    seen: list[Draft] = []
    gap_session.drafts.changed.connect(lambda gap_id: seen.append(_draft(gap_session)))
    _draw(gap_session, moved_path(12.0))
    qtbot.waitUntil(lambda: _draft(gap_session).is_current, timeout=10_000)
    glanced = [draft for draft in seen if draft.glanced is not None]
    assert [draft.glanced for draft in glanced] == [1]
    assert not glanced[0].is_current
    assert not np.array_equal(glanced[0].frames[1], old.frames[1])
    assert np.array_equal(glanced[0].frames[0], old.frames[0])
    assert np.array_equal(glanced[0].frames[2], old.frames[2])
    assert gap_session.drafts.drawn(GAP) == moved_path(12.0)
    assert [cut.path.id for cut in _draft(gap_session).cut_outs] == [moved_path().paths[0].id]


def test_a_drag_shows_pictures_before_it_ends(qtbot: QtBot, gap_session: Session) -> None:
    _select(qtbot, gap_session)
    shown: set[Guidance] = set()
    gap_session.drafts.changed.connect(lambda gap_id: shown.add(gap_session.drafts.drawn(GAP) or Guidance()))
    for number in range(400):
        _draw(gap_session, moved_path(number / 40))
        qtbot.wait(1)
        if len(shown) > 3:
            break
    assert len(shown) > 3


def test_undo_to_what_was_drafted_is_current_at_once(qtbot: QtBot, gap_session: Session) -> None:
    _select(qtbot, gap_session)
    _draw(gap_session, moved_path())
    gap_session.document.undo()
    assert _draft(gap_session).is_current
    qtbot.waitUntil(lambda: gap_session._lanes.draft.is_idle)
    assert _draft(gap_session).is_current


def test_trimming_the_gap_makes_another_draft(qtbot: QtBot, gap_session: Session) -> None:
    _select(qtbot, gap_session)
    gap_session.document.apply("Longer", lambda timeline: set_gap_length(timeline, GAP, 5))
    qtbot.waitUntil(lambda: len(_draft(gap_session).frames) == 5, timeout=10_000)


def test_no_drafts_where_they_are_switched_off(qtbot: QtBot, gap_session: Session) -> None:
    gap_session.drafts.enabled = False
    gap_session.selection.select_gap(GAP)
    _draw(gap_session, moved_path())
    assert gap_session._lanes.draft.is_idle
    with qtbot.waitSignal(gap_session.drafts.changed, timeout=10_000):
        gap_session.drafts.request(GAP)
    assert _draft(gap_session).is_current
    gap_session.drafts.enabled = True
    assert gap_session.drafts.enabled


def test_media_that_cannot_be_read_are_a_problem_not_a_crash(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    media = movie_ref(tmp_path)
    session.document.apply("Build", lambda timeline: gap_timeline(media))
    Path(media.path).unlink()
    with qtbot.waitSignal(session.drafts.changed, timeout=10_000):
        session.selection.select_gap(GAP)
    assert session.drafts.draft(GAP) is None
    assert "does not exist" in session.drafts.problem(GAP)


def test_another_project_has_no_drafts_of_the_first(qtbot: QtBot, gap_session: Session) -> None:
    _select(qtbot, gap_session)
    gap_session.document.new()
    assert gap_session.drafts.draft(GAP) is None


def test_a_gap_without_ends_is_left_alone(session: Session) -> None:
    session.drafts.request(GapId("gone"))
    assert session._lanes.draft.is_idle


def test_during_a_long_drag_drafts_still_land(
    qtbot: QtBot, gap_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(gap_session.drafts, "_clock", lambda: now[0])
    gap_session.selection.select_gap(GAP)
    has_landed = False
    for number in range(400):
        now[0] += 0.1
        _draw(gap_session, moved_path(number / 40))
        qtbot.wait(1)
        has_landed = gap_session.drafts.draft(GAP) is not None
        if has_landed:
            break
    assert has_landed


def test_large_canvases_are_drafted_small(media: MediaRef) -> None:
    big = replace(media, size=Size(3840, 2160))
    drawing = replace(moved_path(), paths=(replace(moved_path().paths[0], radius=90.0),))
    request = InbetweenRequest(FrameRef(big, 0), FrameRef(big, 9), big.rate, 200, big.size, guidance=drawing)
    small = small_request(request)
    assert (small.canvas, small.new_frames) == (Size(853, 480), 48)
    assert small.guidance.paths[0].start == Point(20.0 * 853 / 3840, 20.0 * 480 / 2160)


def test_long_gaps_repeat_the_nearest_frame() -> None:
    assert [nearest_made(index, 3, 3) for index in range(3)] == [0, 1, 2]
    chosen = [nearest_made(index, 200, 48) for index in range(200)]
    assert (chosen[0], chosen[-1]) == (0, 47)
    assert chosen == sorted(chosen)
    assert set(chosen) == set(range(48))


def test_a_drag_says_once_that_the_draft_is_old(qtbot: QtBot, gap_session: Session) -> None:
    _select(qtbot, gap_session)
    old: list[bool] = []
    gap_session.drafts.changed.connect(lambda gap_id: old.append(_draft(gap_session).glanced is None))
    for number in (2.0, 4.0, 6.0):
        _draw(gap_session, moved_path(number))
    assert old == [True]
    gap_session.document.end_merge()
    gap_session.document.undo()
    assert _draft(gap_session).is_current
    _draw(gap_session, moved_path(8.0))
    assert old == [True, True]
    qtbot.waitUntil(lambda: _draft(gap_session).is_current, timeout=10_000)
