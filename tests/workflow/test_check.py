"""Every promise of the contract sheet can be broken, and each break is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from moving_pictures import request_for, still, texture

from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.core.picture import Picture
from mpd_studio.workflow.check import Made, tick
from mpd_studio.workflow.frame_checks import facts_of
from mpd_studio.workflow.sheet import GapPlace, LineState, Sheet, SheetLine, sheet_before


@pytest.fixture
def promised(tmp_path: Path) -> tuple[Sheet, Made, Callable[[Made], Sheet]]:
    request = request_for(still(tmp_path / "a.png"), still(tmp_path / "b.png", 4), 3)
    facts = [facts_of(Picture(texture(shift))) for shift in range(5)]
    media = request.first.media
    written = replace(media, kind=MediaKind.SEQUENCE, frame_count=3, first_number=1, rate=request.rate)
    made = Made(facts[0], facts[1:4], facts[4], ("a", "b"), ("a", "b"), written, change=200.0)
    sheet = sheet_before(request, GapPlace(24), format_title="PNG, 8 bit")
    return sheet, made, lambda broken: tick(sheet, request, broken)


def warned(sheet: Sheet) -> list[str]:
    return [line.id for line in sheet.lines if line.state is LineState.WARN]


def test_a_kept_promise_is_ticked_at_every_line(promised: tuple[Sheet, Made, Callable[[Made], Sheet]]) -> None:
    before, made, ticked = promised
    assert before.verdict == "TODO"
    after = ticked(made)
    assert after.verdict == "PASS"
    assert [line.id for line in after.lines if line.state is LineState.PASS] == [line.id for line in before.lines]


def other_size() -> Picture:
    return Picture(texture(2, Size(48, 32)))


def black() -> Picture:
    return Picture(np.zeros((64, 96, 3), np.uint8))


@pytest.mark.parametrize(
    ("breaks", "line"),
    [
        (lambda made: replace(made, frames=made.frames[:2]), "count"),
        (lambda made: replace(made, written=replace(made.written, frame_count=4)), "count"),
        (lambda made: replace(made, frames=[made.frames[0], facts_of(other_size()), made.frames[2]]), "size"),
        (lambda made: replace(made, written=replace(made.written, size=Size(90, 64))), "size"),
        (lambda made: replace(made, frames=[made.frames[0]] * 2 + [made.frames[2]]), "duplicates"),
        (lambda made: replace(made, frames=[made.frames[0], facts_of(black()), made.frames[2]]), "black"),
        (lambda made: replace(made, after=("x", "b")), "first"),
        (lambda made: replace(made, after=("a", "")), "last"),
        (
            lambda made: replace(
                made, written=replace(made.written, color=replace(made.written.color, primaries="bt2020"))
            ),
            "tags",
        ),
        (lambda made: replace(made, written=replace(made.written, is_vfr=True)), "files"),
        (
            lambda made: replace(made, written=replace(made.written, rate=Fraction(50), first_number=0)),
            "files",
        ),
    ],
)
def test_each_broken_promise_is_named(
    promised: tuple[Sheet, Made, Callable[[Made], Sheet]], breaks: Callable[[Made], Made], line: str
) -> None:
    _, made, ticked = promised
    sheet = ticked(breaks(made))
    assert line in warned(sheet)
    assert sheet.verdict == "WARN"
    assert any(reason for reason in sheet.reasons)
    assert next(entry for entry in sheet.lines if entry.id == line).detail


def test_a_line_is_replaced_by_its_id_or_added() -> None:
    sheet = Sheet("t", (SheetLine("a", "one"),))
    assert sheet.with_line(SheetLine("a", "two")).lines == (SheetLine("a", "two"),)
    assert [line.id for line in sheet.with_line(SheetLine("b", "x")).lines] == ["a", "b"]
