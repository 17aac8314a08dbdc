"""The diffusion engine by hand: chosen in the inspector, with weights from a folder, down to the frames of the take."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from window_driver import Driver

from mpd_studio.ui.panels.option_fields import NumberField


def choose(box: QComboBox, text: str) -> None:
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_the_panel_fills_a_gap_with_the_diffusion_engine(gap_desk: Driver, tiny_svd: Path) -> None:
    gap_desk.key(Qt.Key.Key_N)
    window = gap_desk.window
    engine = window.inspector.engine
    gap_desk.wait(engine.isVisible)
    choose(engine.engine_box, "Motion Prior Distillation")
    weights, steps = engine.options.field("weights"), engine.options.field("steps")
    assert isinstance(weights, QComboBox)
    assert isinstance(steps, NumberField)
    choose(weights, "Other folder…")
    (dialog,) = window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tiny_svd))
    dialog.close()
    steps.setFocus(Qt.FocusReason.OtherFocusReason)
    steps.selectAll()
    QTest.keyClicks(steps, "2")
    QTest.keyClick(steps, Qt.Key.Key_Return)
    gap_desk.wait(lambda: gap_desk.session.weights.row(str(tiny_svd)) is not None)
    gap_desk.wait(window.inspector.foot.button.isEnabled)
    window.inspector.foot.button.click()
    gap_desk.wait(lambda: len(gap_desk.gap.takes) == 1, seconds=60)
    (take,) = gap_desk.gap.takes
    frames = take.result.frames
    assert frames.count == gap_desk.gap.length == 5
    assert all(Path(path).is_file() for path in frames.paths)
    assert len(list(Path(frames.folder).glob("*.png"))) == 5
    request = take.result.request
    assert (request.engine_id, request.settings.options) == ("svd", (("steps", 2), ("weights", str(tiny_svd))))
    gap_desk.wait(lambda: len(window.takes.cards) == 1)
    tip = window.takes.cards[0].toolTip()
    assert "Motion Prior Distillation, normal, seed 0" in tip
    assert "Steps: 2" in tip
    assert f"Weights: {tiny_svd}" in tip
