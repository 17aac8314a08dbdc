"""Motion-I2V in the window: it can be chosen, and its options can be said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from window_driver import Driver

from mpd_studio.core.paths import program_paths
from mpd_studio.engines.motion_i2v.personal_options import loras_of
from mpd_studio.ui.panels.option_fields import ChoiceField, TextField
from mpd_studio.ui.panels.path_field import PathField


@pytest.fixture
def form_desk(gap_desk: Driver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Driver:
    """Motion-I2V is chosen, without weights, and all its options are at sight."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))
    gap_desk.key(Qt.Key.Key_N)
    engine = gap_desk.window.inspector.engine
    gap_desk.wait(engine.isVisible)
    gap_desk.session.generator.choose_engine("motion_i2v")
    more = engine.options.more
    assert more is not None
    more.set_open(True)
    gap_desk.wait(lambda: engine.options.field("camera").isVisible())
    return gap_desk


def path_field(desk: Driver, name: str) -> PathField:
    field = desk.window.inspector.engine.options.field(name)
    assert isinstance(field, PathField)
    return field


def options_said(desk: Driver) -> dict[str, object]:
    return dict(desk.session.generator.plan.options)


def pick(desk: Driver, field: PathField, files: list[Path]) -> tuple[QFileDialog.FileMode, Path]:
    """Press the button and choose; how many files the picker takes, and the folder it began in."""
    QTest.mouseClick(field.browse, Qt.MouseButton.LeftButton)
    (dialog,) = (found for found in desk.window.findChildren(QFileDialog) if found.isVisible())
    began = dialog.fileMode(), Path(dialog.directory().absolutePath())
    dialog.filesSelected.emit([str(file) for file in files])
    dialog.close()
    return began


def test_a_prompt_and_a_camera_are_said_in_the_form(form_desk: Driver) -> None:
    gap_desk, engine = form_desk, form_desk.window.inspector.engine
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
    assert options_said(gap_desk) == {"prompt": "a door opens", "camera": "zoom-in"}


def test_a_personal_model_is_picked_typed_and_dropped(form_desk: Driver, tmp_path: Path) -> None:
    field, files = path_field(form_desk, "personal"), [tmp_path / name for name in ("a b.safetensors", "other.ckpt")]
    assert "dream.safetensors" in field.toolTip()
    assert pick(form_desk, field, files[:1])[0] is QFileDialog.FileMode.ExistingFile
    assert options_said(form_desk) == {"personal": str(files[0])}
    assert field.text() == str(files[0])
    assert field.toolTip().endswith(str(files[0]))
    form_desk.drop(files[1:], field, QPoint(5, 5))
    assert options_said(form_desk) == {"personal": str(files[1])}
    form_desk.drop(files, field, QPoint(5, 5))  # it is one model
    assert options_said(form_desk) == {"personal": str(files[1])}
    field.selectAll()
    QTest.keyClicks(field, "official")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert options_said(form_desk) == {"personal": "official"}
    form_desk.drop([tmp_path], field, QPoint(5, 5))  # a folder of diffusers
    assert options_said(form_desk) == {"personal": str(tmp_path)}
    form_desk.window.inspector.engine.options.reset_button("personal").click()
    assert (options_said(form_desk), field.text()) == ({}, "")


def test_loras_come_to_those_that_are_there(form_desk: Driver, tmp_path: Path) -> None:
    field, (ink, grain, line) = path_field(form_desk, "lora"), [tmp_path / f"{name}.pt" for name in "abc"]
    pick(form_desk, field, [ink])
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.keyClicks(field, ":0.5;")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert options_said(form_desk) == {"lora": f"{ink}:0.5;"}
    form_desk.drop([grain, line], field, QPoint(5, 5))
    assert options_said(form_desk) == {"lora": f"{ink}:0.5; {grain}; {line}"}
    assert pick(form_desk, field, [ink]) == (QFileDialog.FileMode.ExistingFiles, tmp_path)
    assert [use.path for use in loras_of(field.text())] == [ink, grain, line, ink]


def test_a_model_that_is_not_there_is_said_on_the_sheet(form_desk: Driver, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    make_tiny(program_paths().models / "mine")
    form_desk.session.weights.look()
    form_desk.wait(lambda: not form_desk.session.generator.weights_problem())
    pick(form_desk, path_field(form_desk, "personal"), [tmp_path / "gone.safetensors"])
    sheet = form_desk.window.inspector.sheet
    form_desk.wait(lambda: f"The personal model {tmp_path / 'gone.safetensors'} is not there." in " ".join(sheet.texts))


def test_a_long_path_does_not_widen_the_panel(form_desk: Driver) -> None:
    form_desk.window.resize(1024, 700)
    form_desk.wait(lambda: form_desk.window.width() == 1024)
    inspector, field = form_desk.window.inspector, path_field(form_desk, "personal")
    width = inspector.minimumSizeHint().width()
    form_desk.session.generator.set_option("personal", "/" + "a-very-long-name/" * 12 + "model.safetensors")
    assert inspector.minimumSizeHint().width() == width
    right = inspector.mapToGlobal(inspector.rect().topRight()).x()
    for widget in (field.browse, inspector.engine.options.reset_button("personal")):
        assert widget.mapToGlobal(widget.rect().topRight()).x() < right


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
