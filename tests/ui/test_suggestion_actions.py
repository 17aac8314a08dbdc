"""Accepting and rejecting suggested paths is offered where there are some."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from window_driver import Driver

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track
from mpd_studio.media.probe import probe

GAP, OTHER = GapId("gap-a"), GapId("gap-b")
SIZE = Size(320, 180)


def _noise(height: int, width: int, seed: int) -> np.ndarray:
    import cv2

    rough = np.random.default_rng(seed).uniform(20, 235, (height // 5 + 2, width // 5 + 2, 3)).astype(np.float32)
    return cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)


def _still(path: Path, left: int, top: int) -> MediaRef:
    """A square of its own texture before a wall."""
    import cv2

    picture = _noise(SIZE.height, SIZE.width, 1)
    picture[top : top + 44, left : left + 44] = _noise(44, 44, 10)
    assert cv2.imwrite(str(path), picture)
    return probe(path)


def test_suggestions_are_accepted_only_where_there_are_some(desk: Driver, tmp_path: Path) -> None:
    first, last = _still(tmp_path / "first.png", 60, 60), _still(tmp_path / "last.png", 100, 76)
    items = (
        Clip(ClipId("a"), first, FrameRange(0, 1)),
        Gap(GAP, 3),
        Clip(ClipId("b"), last, FrameRange(0, 1)),
        Gap(OTHER, 2),
        Clip(ClipId("c"), last, FrameRange(0, 1)),
    )
    timeline = Timeline(rate=Fraction(24), canvas=SIZE, tracks=(Track("V1", items),), media=(first, last))
    session, table = desk.session, desk.window.table
    both = [table.action(name) for name in ("guidance.accept_all", "guidance.reject_all")]
    assert session.document.apply("Build", lambda _: timeline)
    assert "No gap is selected" in desk.tip("guidance.accept_all")
    session.selection.select_gap(GAP)
    assert "Nothing is suggested" in desk.tip("guidance.accept_all")
    assert not any(action.isEnabled() for action in both)
    session.suggestions.ask(GAP)
    desk.wait(lambda: all(action.isEnabled() for action in both))
    session.selection.select_gap(OTHER)
    desk.wait(lambda: not any(action.isEnabled() for action in both))
    session.selection.select_gap(GAP)
    desk.wait(both[0].isEnabled)
    both[0].trigger()
    desk.wait(lambda: not any(action.isEnabled() for action in both))
    assert session.document.undo_label == "Accept suggested paths"
