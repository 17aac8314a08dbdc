"""Motion-I2V in the window: it can be chosen, and its options can be said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_driver import Driver

from mpd_studio.core.paths import program_paths
from mpd_studio.ui.panels.option_fields import ChoiceField, TextField


def test_a_prompt_and_a_camera_are_said_in_the_form(
    gap_desk: Driver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))
    gap_desk.key(Qt.Key.Key_N)
    engine = gap_desk.window.inspector.engine
    gap_desk.wait(engine.isVisible)
    gap_desk.session.generator.choose_engine("motion_i2v")
    more = engine.options.more
    assert more is not None
    more.set_open(True)
    gap_desk.wait(lambda: engine.options.field("camera").isVisible())
    prompt, camera = engine.options.field("prompt"), engine.options.field("camera")
    assert isinstance(prompt, TextField)
    assert isinstance(camera, ChoiceField)
    assert not engine.options.field("camera_amount").isVisible()
    prompt.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.keyClicks(prompt, "a door opens")
    QTest.keyClick(prompt, Qt.Key.Key_Return)
    camera.setCurrentIndex(camera.findText("zoom in"))
    camera.activated.emit(camera.currentIndex())
    gap_desk.wait(lambda: engine.options.field("camera_amount").isVisible())
    assert dict(gap_desk.session.generator.plan.options) == {"prompt": "a door opens", "camera": "zoom-in"}


def test_each_engine_is_told_of_weights_of_its_own_kind(gap_desk: Driver) -> None:
    pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    make_tiny(program_paths().models / "mine")
    generator = gap_desk.session.generator
    gap_desk.session.weights.look()
    gap_desk.wait(lambda: gap_desk.session.weights.row("mine") is not None)
    generator.choose_engine("motion_i2v")
    gap_desk.wait(lambda: not generator.weights_problem())
    generator.choose_engine("svd")
    assert "no weights" in generator.weights_problem()
