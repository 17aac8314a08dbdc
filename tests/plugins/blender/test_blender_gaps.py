"""Which gap is meant, without any Blender."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.bridge.host_files import HostKind, assemble


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The add-on's module, from an assembled copy; it knows nothing of bpy."""
    folder = tmp_path_factory.mktemp("assembled")
    assemble(HostKind.BLENDER, folder, Path("/jobs"))
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("mpd_studio_bridge.gaps")
    finally:
        sys.path.remove(str(folder))


SPANS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(-50, 50), st.integers(1, 20)).map(
        lambda one: (one[0], one[1], one[1] + one[2])
    ),
    max_size=8,
)


@given(rows=SPANS)
def test_gaps_are_exactly_the_empty_frames_between_strips(gaps: ModuleType, rows: list[tuple[int, int, int]]) -> None:
    spans = [gaps.Span(str(number), *row) for number, row in enumerate(rows)]
    found = gaps.gaps_of(spans)
    for channel in (1, 2, 3):
        own = [span for span in spans if span.channel == channel]
        covered = {frame for span in own for frame in range(span.first, span.stop)}
        empty = set(range(min(covered), max(covered))) - covered if covered else set()
        told = [frame for gap in found if gap.channel == channel for frame in range(gap.first, gap.first + gap.count)]
        assert sorted(told) == sorted(empty)
    names = {span.name: span for span in spans}
    for gap in found:
        assert names[gap.before].stop == gap.first
        assert names[gap.after].first == gap.first + gap.count
        assert gaps.is_free(spans, gap.channel, gap.first, gap.count)
        assert not gaps.is_free(spans, gap.channel, gap.first - 1, gap.count)
        assert not gaps.is_free(spans, gap.channel, gap.first, gap.count + 1)


def test_a_gap_of_one_frame_at_the_playhead(gaps: ModuleType) -> None:
    spans = [gaps.Span("A", 1, 0, 10), gaps.Span("B", 1, 11, 20)]
    assert gaps.choose_gap(spans, set(), "", 10) == gaps.Gap(1, 10, 1, "A", "B")
    for playhead in (9, 11, -1, 20):
        with pytest.raises(Exception, match="no gap at the playhead"):
            gaps.choose_gap(spans, set(), "", playhead)


def test_two_selected_strips_decide_alone(gaps: ModuleType) -> None:
    spans = [gaps.Span("A", 1, 0, 10), gaps.Span("B", 1, 15, 20), gaps.Span("C", 1, 25, 30)]
    assert gaps.choose_gap(spans, {"B", "C"}, "A", 12).first == 20
    with pytest.raises(Exception, match="no gap between them"):
        gaps.choose_gap(spans, {"A", "C"}, "", 12)
    assert gaps.choose_gap(spans, {"A", "B", "C"}, "", 12).first == 10
