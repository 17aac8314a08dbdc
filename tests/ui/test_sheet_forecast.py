"""The contract sheet in the inspector tells what the engine foresees, without the window waiting for it."""

from __future__ import annotations

from pathlib import Path

from window_driver import Driver

from mpd_studio.core.timeline import gaps_of
from mpd_studio.ui.panels.sheet import SheetView


def test_the_inspector_shows_clips_calls_weights_and_memory(gap_desk: Driver, tiny_svd: Path) -> None:
    generator = gap_desk.session.generator
    (placed,) = gaps_of(gap_desk.timeline)
    gap_desk.session.selection.select_gap(placed.gap.id)
    generator.choose_engine("svd")
    generator.set_option("weights", str(tiny_svd))
    sheet = gap_desk.window.findChild(SheetView)
    assert sheet is not None
    gap_desk.wait(lambda: any(text.startswith("needs about") for text in sheet.texts))
    for told in ("5 new frames out of one clip of 19", "65 calls of the model", "weights: tiny", "made at "):
        assert [text for text in sheet.texts if text.startswith(told)], sheet.texts
    assert "warn" not in sheet.states
    gap_desk.session.generator.set_option("steps", 50)
    gap_desk.wait(lambda: any(text.startswith("130 calls of the model") for text in sheet.texts))
    generator.choose_engine("flow")
    gap_desk.wait(lambda: not any(text.startswith("needs about") for text in sheet.texts))
