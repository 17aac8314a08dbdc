"""A generation by the diffusion engine, seen through the window: its previews, its cancel, its take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_driver import Driver

from mpd_studio.core.inbetween import Quality
from mpd_studio.jobs.job import JobState
from mpd_studio.session.frame_work import PreviewFrame
from mpd_studio.ui.canvas.shown_frame import ShownKind
from mpd_studio.ui.pieces import IconButton

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def svd_desk(gap_desk: Driver, tiny_svd: Path) -> Driver:
    """The gap of 5 selected, with the diffusion engine at its longest: a run that no test waits for."""
    session = gap_desk.session
    session.preferences.set(svd_weights=str(tiny_svd))
    session.generator.choose_engine("svd")
    session.generator.set_plan(replace(session.generator.plan, quality=Quality.BEST, options=(("size", "48x32"),)))
    gap_desk.click(14)
    session.selection.set_playhead(14)
    gap_desk.wait(lambda: not session.generator.problems(gap_desk.gap.id))
    return gap_desk


def state_of_last_job(desk: Driver) -> JobState:
    return desk.session.jobs.rows[-1].state


def start(desk: Driver) -> None:
    """G, and wait for the first preview on the canvas."""
    desk.key(Qt.Key.Key_G)
    desk.wait(lambda: desk.window.centre.canvas.shown.kind is ShownKind.PREVIEW)


def pixels_on_canvas(desk: Driver) -> np.ndarray:
    source = desk.window.centre.canvas.shown.source
    assert isinstance(source, PreviewFrame)
    return source.pixels


def distinct_colors(desk: Driver) -> int:
    """In a row across the canvas' middle, and down its middle."""
    image = desk.window.centre.canvas.viewport().grab().toImage()
    across = {image.pixel(x, image.height() // 2) for x in range(image.width())}
    return len(across | {image.pixel(image.width() // 2, y) for y in range(image.height())})


def test_a_run_is_seen_cancelled_and_made_again(svd_desk: Driver) -> None:
    session, window = svd_desk.session, svd_desk.window
    canvas, card = window.centre.canvas, window.takes.preview_card
    start(svd_desk)
    assert canvas.preview_tag.isVisible()
    assert distinct_colors(svd_desk) > 200  # of 8 × 5 pixels: smoothed, not shown as squares
    assert canvas.shown.caption.startswith("Preview, step ")
    assert " of 50 · frame 3 of 5" in canvas.shown.caption
    assert card.isVisible()
    assert card.name.startswith("preview\n")

    session.selection.set_playhead(12)
    first = pixels_on_canvas(svd_desk)
    session.selection.set_playhead(16)
    assert not np.array_equal(first, pixels_on_canvas(svd_desk))
    assert "frame 5 of 5" in canvas.shown.caption

    seen = session.previews.preview(svd_desk.gap.id)
    assert seen is not None
    svd_desk.wait(lambda: (live := session.previews.preview(svd_desk.gap.id)) is not None and live.step > seen.step)

    QTest.mouseClick(window.status.cancel_button, Qt.MouseButton.LeftButton)
    svd_desk.wait(lambda: state_of_last_job(svd_desk) is JobState.CANCELLED)
    svd_desk.wait(lambda: canvas.shown.kind is ShownKind.WAITING)
    assert not canvas.preview_tag.isVisible()
    assert not card.isVisible()
    assert svd_desk.gap.takes == ()
    takes = session.document.takes_folder()
    assert not takes.exists() or not any(takes.iterdir())

    session.generator.set_plan(replace(session.generator.plan, quality=Quality.DRAFT))
    svd_desk.generate()
    (take,) = svd_desk.gap.takes
    assert take.result.frames.count == 5
    assert all(Path(path).is_file() for path in take.result.frames.paths)
    svd_desk.wait(lambda: canvas.shown.kind is ShownKind.TAKE)
    assert session.previews.preview(svd_desk.gap.id) is None


def test_a_take_stays_on_the_canvas_until_the_preview_is_asked_for(svd_desk: Driver) -> None:
    session, canvas, strip = svd_desk.session, svd_desk.window.centre.canvas, svd_desk.window.takes
    session.generator.choose_engine("crossfade")
    svd_desk.generate()
    session.generator.choose_engine("svd")
    svd_desk.key(Qt.Key.Key_G)
    svd_desk.wait(strip.preview_card.isVisible)
    assert canvas.shown.kind is ShownKind.TAKE
    QTest.mouseClick(strip.preview_card, Qt.MouseButton.LeftButton)
    assert canvas.shown.kind is ShownKind.PREVIEW
    assert strip.preview_card.is_chosen
    QTest.mouseClick(strip.cards[0], Qt.MouseButton.LeftButton)
    assert canvas.shown.kind is ShownKind.TAKE
    assert not strip.preview_card.is_chosen
    svd_desk.key(Qt.Key.Key_Period, CONTROL)
    svd_desk.wait(lambda: state_of_last_job(svd_desk) is JobState.CANCELLED)
    assert canvas.shown.kind is ShownKind.TAKE
    assert len(svd_desk.gap.takes) == 1


def test_the_list_of_jobs_follows_the_run_and_its_button_ends_it(svd_desk: Driver) -> None:
    session, popup = svd_desk.session, svd_desk.window.jobs_popup
    start(svd_desk)
    svd_desk.key(Qt.Key.Key_J, CONTROL)
    svd_desk.wait(popup.isVisible)
    (button,) = (found for found in popup.findChildren(IconButton) if found.accessibleName() == "Cancel")
    svd_desk.wait(lambda: any(" · Denoising " in text and text.endswith(" of 130") for text in popup.texts))
    before = popup.texts
    svd_desk.wait(lambda: popup.texts != before)
    row = session.jobs.current
    assert row is not None
    assert row.is_least or row.left_s is None  # decoding has been announced and not measured
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    svd_desk.wait(lambda: state_of_last_job(svd_desk) is JobState.CANCELLED)
    svd_desk.wait(lambda: popup.texts[0] == "Gap 1: 5 frames · cancelled")
    popup.hide()


def test_another_gap_and_the_ends_show_no_preview(svd_desk: Driver) -> None:
    canvas, selection = svd_desk.window.centre.canvas, svd_desk.session.selection
    start(svd_desk)
    svd_desk.key(Qt.Key.Key_A)
    assert canvas.shown.kind is ShownKind.BOUNDARY
    svd_desk.key(Qt.Key.Key_A)
    assert canvas.shown.kind is ShownKind.PREVIEW
    selection.set_playhead(3)
    assert canvas.shown.kind is ShownKind.CLIP
    assert not canvas.preview_tag.isVisible()
