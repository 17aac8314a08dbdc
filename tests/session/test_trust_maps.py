"""Where takes and drafts can be trusted, pixel by pixel, comes aside and is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from footage import GAP
from pytestqt.qtbot import QtBot

from mpd_studio.core.inbetween import FrameSequence
from mpd_studio.core.timeline import find_gap
from mpd_studio.media.confidence_maps import map_path
from mpd_studio.session.frame_work import DraftFrame
from mpd_studio.session.session import Session


@pytest.fixture
def made(qtbot: QtBot, gap_session: Session) -> FrameSequence:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    placed = find_gap(gap_session.document.timeline, GAP)
    assert placed is not None
    return placed.gap.takes[0].result.frames


def test_a_generated_take_keeps_its_maps(qtbot: QtBot, gap_session: Session, made: FrameSequence) -> None:
    maps = gap_session.trust_maps
    with qtbot.waitSignal(maps.arrived, timeout=10_000):
        assert maps.of_take(made, 1) is None
    plane = maps.of_take(made, 1)
    assert plane is not None
    assert (plane.dtype, plane.ndim, plane.flags.writeable) == (np.uint8, 2, False)
    assert maps.of_take(made, 1) is plane


def test_a_map_that_is_gone_or_broken_is_none_and_not_asked_for_again(
    qtbot: QtBot, gap_session: Session, made: FrameSequence
) -> None:
    maps = gap_session.trust_maps
    Path(map_path(made, 0)).unlink()
    Path(map_path(made, 2)).write_bytes(b"broken")
    for index in (0, 2):
        with qtbot.waitSignal(maps.arrived, timeout=10_000):
            assert maps.of_take(made, index) is None
        assert maps.of_take(made, index) is None
    assert not gap_session.jobs.rows or all(row.state.has_ended for row in gap_session.jobs.rows)


def test_a_draft_has_a_map_of_each_frame(qtbot: QtBot, gap_session: Session) -> None:
    with qtbot.waitSignal(gap_session.drafts.changed, timeout=10_000):
        gap_session.drafts.request(GAP)
    draft = gap_session.drafts.draft(GAP)
    assert draft is not None
    for index, confidence in enumerate(draft.confidence):
        plane = gap_session.trust_maps.of_draft(DraftFrame(GAP, index))
        assert plane is not None
        assert plane.dtype == np.uint8
        assert 0 < confidence <= 1
    assert gap_session.trust_maps.of_draft(DraftFrame(GAP, 99)) is None
