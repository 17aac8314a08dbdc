"""The contract sheet in the inspector tells what the engine foresees, without the window waiting for it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from window_driver import Driver

from mpd_studio.core.timeline import gaps_of
from mpd_studio.ui.panels.sheet import SheetView


@pytest.fixture(scope="module")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = [name for name in ("torch", "diffusers", "transformers") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    from mpd_studio.engines.svd.tiny import make_tiny

    folder = tmp_path_factory.mktemp("forecast") / "tiny"
    make_tiny(folder)
    return folder


def test_the_inspector_shows_clips_calls_weights_and_memory(gap_desk: Driver, tiny_weights: Path) -> None:
    generator = gap_desk.session.generator
    (placed,) = gaps_of(gap_desk.timeline)
    gap_desk.session.selection.select_gap(placed.gap.id)
    generator.choose_engine("svd")
    generator.set_option("weights", str(tiny_weights))
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
