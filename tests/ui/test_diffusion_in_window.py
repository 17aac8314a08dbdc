"""The diffusion engine by hand: chosen in the inspector, with weights from a folder, down to the frames of the take."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from window_driver import Driver

from mpd_studio.ui.panels.option_fields import NumberField


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `mpd-studio weights make-tiny svd` makes it."""
    missing = [name for name in ("torch", "diffusers", "transformers") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    from mpd_studio.engines.svd.tiny import make_tiny

    folder = tmp_path_factory.mktemp("svd") / "tiny"
    make_tiny(folder)
    return folder


def choose(box: QComboBox, text: str) -> None:
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_the_panel_fills_a_gap_with_the_diffusion_engine(gap_desk: Driver, tiny_folder: Path) -> None:
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
    dialog.fileSelected.emit(str(tiny_folder))
    dialog.close()
    steps.setFocus(Qt.FocusReason.OtherFocusReason)
    steps.selectAll()
    QTest.keyClicks(steps, "2")
    QTest.keyClick(steps, Qt.Key.Key_Return)
    gap_desk.wait(lambda: gap_desk.session.weights.row(str(tiny_folder)) is not None)
    gap_desk.wait(window.inspector.foot.button.isEnabled)
    window.inspector.foot.button.click()
    gap_desk.wait(lambda: len(gap_desk.gap.takes) == 1, seconds=60)
    (take,) = gap_desk.gap.takes
    frames = take.result.frames
    assert frames.count == gap_desk.gap.length == 5
    assert all(Path(path).is_file() for path in frames.paths)
    assert len(list(Path(frames.folder).glob("*.png"))) == 5
    request = take.result.request
    assert (request.engine_id, request.settings.options) == ("svd", (("steps", 2), ("weights", str(tiny_folder))))
    gap_desk.wait(lambda: len(window.takes.cards) == 1)
    tip = window.takes.cards[0].toolTip()
    assert "Motion Prior Distillation, normal, seed 0" in tip
    assert "Steps: 2" in tip
    assert f"Weights: {tiny_folder}" in tip
