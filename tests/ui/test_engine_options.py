"""The form of an engine's options: what is set is said, what is impossible cannot be typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QFileDialog, QLineEdit
from window_driver import Driver

from mpd_studio.core.engine_option import OptionKind
from mpd_studio.core.inbetween import Quality
from mpd_studio.ui.dialogs.weights import WeightsDialog
from mpd_studio.ui.panels.engine_options import EngineOptions
from mpd_studio.ui.panels.option_fields import ChoiceField, NumberField, SwitchField, TextField
from tests.weights.fake_hub import tiny_files, write_files

DIFFUSION = "svd"


@pytest.fixture
def svd_desk(gap_desk: Driver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Driver:
    """The diffusion engine is chosen, its options unfolded, and no weights are anywhere."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))
    gap_desk.key(Qt.Key.Key_N)
    engine = gap_desk.window.inspector.engine
    gap_desk.wait(engine.isVisible)
    gap_desk.session.generator.choose_engine(DIFFUSION)
    more = engine.options.more
    assert more is not None
    more.set_open(True)
    gap_desk.wait(lambda: engine.options.field("detail").isVisible())
    return gap_desk


def form(desk: Driver) -> EngineOptions:
    return desk.window.inspector.engine.options


def said(desk: Driver) -> dict[str, object]:
    return dict(desk.session.generator.plan.options)


def choose(box: QComboBox, text: str) -> None:
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def type_into(field: QLineEdit | QDoubleSpinBox, text: str) -> None:
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def number(desk: Driver, name: str) -> NumberField:
    field = form(desk).field(name)
    assert isinstance(field, NumberField)
    return field


def test_an_engine_without_options_shows_none(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.wait(gap_desk.window.inspector.engine.isVisible)
    assert form(gap_desk).isVisible()  # the embedded engine has some
    gap_desk.session.generator.choose_engine("crossfade")
    gap_desk.wait(lambda: not form(gap_desk).isVisible())


def test_every_option_has_a_field_a_tool_tip_and_a_name(svd_desk: Driver) -> None:
    engine = svd_desk.session.generator.engine
    assert engine is not None
    for option in engine.options:
        field = form(svd_desk).field(option.name)
        assert option.help in field.toolTip()
        assert field.accessibleName() == option.title
        assert form(svd_desk).caption(option.name) == option.title
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_main_options_stand_above_the_fold(svd_desk: Driver) -> None:
    more = form(svd_desk).more
    assert more is not None
    more.set_open(False)
    engine = svd_desk.session.generator.engine
    assert engine is not None
    visible = {option.name for option in engine.options if form(svd_desk).field(option.name).isVisible()}
    assert visible == {"weights", "sampler", "steps", "guide_strength"}


def test_a_derived_value_follows_until_it_is_set(svd_desk: Driver) -> None:
    steps = number(svd_desk, "steps")
    assert steps.text() == "auto (25)"
    quality = svd_desk.window.inspector.engine.quality
    quality.setCurrentIndex(list(Quality).index(Quality.BEST))
    quality.activated.emit(quality.currentIndex())
    assert steps.text() == "auto (50)"
    assert said(svd_desk) == {}
    type_into(steps, "25")
    assert said(svd_desk) == {"steps": 25}
    choose(svd_desk.window.inspector.engine.quality, "draft")
    assert steps.text() == "25"
    type_into(steps, " ")
    assert (said(svd_desk), steps.text()) == ({}, "auto (12)")


def test_the_arrows_start_from_what_is_in_effect(svd_desk: Driver) -> None:
    steps = number(svd_desk, "steps")
    steps.stepBy(1)
    assert said(svd_desk) == {"steps": 26}
    steps.stepBy(-100)
    assert said(svd_desk) == {"steps": 2}
    ratio = number(svd_desk, "distill_ratio")
    ratio.stepBy(-1)
    assert said(svd_desk)["distill_ratio"] == pytest.approx(0.15)


@pytest.mark.parametrize(("typed", "becomes"), [("600", 60), ("1", None), ("2.5", 25), ("x7", 7), ("-3", 3)])
def test_impossible_numbers_cannot_be_typed(svd_desk: Driver, typed: str, becomes: int | None) -> None:
    """A letter or a figure that leads out of the range is not taken; what is too small in the end is dropped."""
    type_into(number(svd_desk, "steps"), typed)
    assert said(svd_desk).get("steps") == becomes
    assert number(svd_desk, "steps").text() == ("auto (25)" if becomes is None else str(becomes))


def test_a_number_at_its_default_is_not_said(svd_desk: Driver) -> None:
    guidance = number(svd_desk, "guidance")
    type_into(guidance, "0.25")
    assert said(svd_desk) == {"guidance": 0.25}
    assert form(svd_desk).caption("guidance") == "• Guidance"
    type_into(guidance, "1")
    assert said(svd_desk) == {}
    assert form(svd_desk).caption("guidance") == "Guidance"


def test_what_is_being_typed_outlives_news_of_the_plan(svd_desk: Driver) -> None:
    steps = number(svd_desk, "steps")
    steps.setFocus(Qt.FocusReason.OtherFocusReason)
    steps.selectAll()
    QTest.keyClicks(steps, "4")
    svd_desk.session.generator.plan_changed.emit()
    QTest.keyClicks(steps, "2")
    QTest.keyClick(steps, Qt.Key.Key_Return)
    assert said(svd_desk) == {"steps": 42}


def test_choices_and_switches_are_said(svd_desk: Driver) -> None:
    sampler, detail = form(svd_desk).field("sampler"), form(svd_desk).field("detail")
    assert isinstance(sampler, ChoiceField)
    assert isinstance(detail, SwitchField)
    choose(sampler, "ViBiD")
    detail.click()
    assert said(svd_desk) == {"sampler": "vibid", "detail": False}
    choose(sampler, "MPD + ViBiD")
    detail.click()
    assert said(svd_desk) == {}


def test_options_that_have_no_effect_are_not_offered(svd_desk: Driver) -> None:
    options = form(svd_desk)
    sampler = options.field("sampler")
    assert isinstance(sampler, ChoiceField)
    assert options.is_offered("passes")
    choose(sampler, "ViBiD")
    assert not options.is_offered("passes")
    assert options.is_offered("guidance")
    choose(sampler, "TRF")
    assert not options.is_offered("guidance")
    assert number(svd_desk, "steps").text() == "auto (50)"


@pytest.mark.parametrize(("typed", "becomes"), [("512x320", "512x320"), ("512", None), ("large", None)])
def test_a_text_is_taken_only_as_it_is_written(svd_desk: Driver, typed: str, becomes: str | None) -> None:
    size = form(svd_desk).field("size")
    assert isinstance(size, TextField)
    type_into(size, typed)
    form(svd_desk).field("device").setFocus(Qt.FocusReason.TabFocusReason)
    assert said(svd_desk).get("size") == becomes
    assert size.text() == (becomes or "")


def test_each_option_and_all_of_them_are_reset(svd_desk: Driver) -> None:
    options = form(svd_desk)
    assert not options.reset_all.isVisible()
    assert not options.reset_button("steps").isVisible()
    type_into(number(svd_desk, "steps"), "9")
    type_into(number(svd_desk, "fps"), "12")
    type_into(number(svd_desk, "noise_aug"), "0.1")
    svd_desk.wait(options.reset_button("steps").isVisible)
    options.reset_button("steps").click()
    assert said(svd_desk) == {"fps": 12, "noise_aug": 0.1}
    assert number(svd_desk, "steps").text() == "auto (25)"
    options.reset_all.click()
    assert said(svd_desk) == {}
    assert number(svd_desk, "fps").text() == "auto (9)"
    assert not options.reset_all.isVisible()


def test_the_wheel_over_a_field_that_was_not_clicked_changes_nothing(svd_desk: Driver) -> None:
    for name, step in (("steps", -120), ("sampler", -120), ("weights", -120)):
        field = form(svd_desk).field(name)
        field.clearFocus()
        middle = QPointF(field.rect().center())
        wheel = QWheelEvent(
            middle,
            field.mapToGlobal(middle),
            QPoint(),
            QPoint(0, step),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, wheel)
    assert said(svd_desk) == {}
    assert form(svd_desk).field("steps").window() is svd_desk.window


def test_the_keyboard_reaches_every_field_in_order(svd_desk: Driver) -> None:
    engine = svd_desk.session.generator.engine
    assert engine is not None
    fields = {id(form(svd_desk).field(option.name)): option.name for option in engine.options}
    svd_desk.window.inspector.engine.seed.setFocus(Qt.FocusReason.TabFocusReason)
    seen: list[str] = []
    for _ in range(4 * len(fields)):
        focus = svd_desk.window.focusWidget()
        assert focus is not None
        if id(focus) in fields:
            seen.append(fields[id(focus)])
        QApplication.sendEvent(
            focus, QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
        )
        if len(seen) == len(fields):
            break
    assert seen[:4] == ["weights", "sampler", "steps", "guide_strength"]
    assert set(seen) == set(fields.values())


def test_what_was_set_is_there_at_the_next_start(new_window: Callable[[], Driver]) -> None:
    first = new_window()
    first.session.generator.choose_engine(DIFFUSION)
    first.session.generator.set_option("steps", 31)
    first.window.close()
    assert first.session.close()
    second = new_window()
    assert number(second, "steps").text() == "31"
    assert form(second).caption("steps") == "• Steps"


def test_long_names_of_weights_do_not_widen_the_panel(svd_desk: Driver) -> None:
    width = svd_desk.window.inspector.minimumSizeHint().width()
    svd_desk.session.generator.set_option("weights", "/" + "a-very-long-name/" * 12 + "of-a-folder" * 9)
    weights = form(svd_desk).field("weights")
    assert isinstance(weights, QComboBox)
    assert weights.currentText().endswith("of-a-folder")
    assert svd_desk.window.inspector.minimumSizeHint().width() == width
    assert weights.width() < svd_desk.window.inspector.width()


def test_weights_that_are_here_can_be_chosen(svd_desk: Driver, tmp_path: Path) -> None:
    desk, weights = svd_desk.session.weights, form(svd_desk).field("weights")
    assert isinstance(weights, QComboBox)
    tuned = write_files(tmp_path / "tuned", tiny_files())
    desk.add(tuned)
    svd_desk.wait(lambda: weights.findData("tuned") > 0)
    assert weights.currentText() == "auto (tuned)"
    choose(weights, "tuned")
    assert said(svd_desk) == {"weights": "tuned"}
    choose(weights, "Other folder…")
    (dialog,) = svd_desk.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tuned))
    dialog.close()
    assert said(svd_desk) == {"weights": str(tuned)}
    assert weights.currentText() == "tuned"
    choose(weights, weights.itemText(0))
    assert said(svd_desk) == {}
    choose(weights, "Weights…")
    (window,) = svd_desk.window.findChildren(WeightsDialog)
    assert weights.currentIndex() == 0
    window.close()


def test_the_arrow_keys_open_the_list_of_weights_and_no_window(svd_desk: Driver) -> None:
    weights = form(svd_desk).field("weights")
    assert isinstance(weights, QComboBox)
    weights.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(weights, Qt.Key.Key_Down)
    assert weights.view().isVisible()
    svd_desk.session.weights.changed.emit()
    assert weights.view().isVisible()
    QTest.keyClick(weights.view(), Qt.Key.Key_Down)
    assert not svd_desk.window.findChildren(QFileDialog)
    QTest.keyClick(weights.view(), Qt.Key.Key_Escape)
    assert said(svd_desk) == {}


def test_missing_weights_are_said_with_a_button(svd_desk: Driver) -> None:
    foot = svd_desk.window.inspector.foot
    engine = svd_desk.session.generator.engine
    assert engine is not None
    if engine.problem:
        pytest.skip("the engine's packages are not installed, which is said instead")
    svd_desk.wait(foot.weights.isVisible)
    assert foot.problem_text == "There are no weights on this machine yet."
    assert not foot.button.isEnabled()
    assert "no weights" in svd_desk.tip("gap.generate")
    assert svd_desk.window.table.action("gap.draft").isEnabled()  # the embedded engine makes it
    foot.weights.click()
    (window,) = svd_desk.window.findChildren(WeightsDialog)
    assert window.isVisible()
    window.close()
    svd_desk.session.generator.choose_engine("flow")
    svd_desk.wait(lambda: foot.button.isEnabled() and not foot.weights.isVisible())


def test_nothing_is_cut_off_in_a_small_window(svd_desk: Driver) -> None:
    svd_desk.window.resize(1024, 700)
    type_into(number(svd_desk, "steps"), "9")
    svd_desk.wait(lambda: svd_desk.window.width() == 1024)
    inspector = svd_desk.window.inspector
    right = inspector.mapToGlobal(inspector.rect().topRight()).x()
    for widget in (form(svd_desk).reset_button("steps"), form(svd_desk).reset_all, inspector.engine.engine_box):
        assert widget.isVisible()
        assert widget.mapToGlobal(widget.rect().topRight()).x() < right


def test_every_kind_of_option_has_a_field() -> None:
    from mpd_studio.ui.panels import engine_options

    made_elsewhere = {OptionKind.FILE}
    assert set(engine_options._FIELDS) | {OptionKind.WEIGHTS} | made_elsewhere == set(OptionKind)
