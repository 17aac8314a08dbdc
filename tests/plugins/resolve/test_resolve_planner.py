"""Gaps, labels and files: what can be known without asking Resolve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strict_fake.labels import count, label

from mpd_studio.core.frames import format_timecode, parse_rate, parse_timecode

RATES = ["23.976", "24", "25", "29.97", "29.97 DF", "30", "50", "59.94", "59.94 DF", "60"]
Module = Callable[[str], Any]


@pytest.mark.parametrize("text", RATES)
def test_a_rate_is_exact(bridge: Module, text: str) -> None:
    rate = bridge("rates").read_rate(text)
    exact = parse_rate(text)
    assert (rate.num, rate.den) == (exact.numerator, exact.denominator)
    assert rate.drop == text.endswith("DF")
    assert bridge("rates").read_rate(rate.text)[:2] == rate[:2], "what is set is read back as the same rate"


@pytest.mark.parametrize(
    ("text", "num", "den"),
    [("29.0", 30000, 1001), ("29", 30000, 1001), ("23.98", 24000, 1001), ("59.0", 60000, 1001), ("24.0", 24, 1),
     ("100", 100, 1), ("23.976 fps", 24000, 1001)],
)  # fmt: skip
def test_ways_to_write_a_rate(bridge: Module, text: str, num: int, den: int) -> None:
    assert bridge("rates").read_rate(text)[:2] == (num, den)


@pytest.mark.parametrize("text", ["", "fast", "23.5", "0", "-24", None, 24, "1e9"])
def test_what_names_no_exact_rate_is_none(bridge: Module, text: object) -> None:
    assert bridge("rates").read_rate(text) is None


def test_a_rate_that_nobody_names_is_refused(bridge: Module) -> None:
    with pytest.raises(bridge("job_folder.errors").BridgeError, match="no exact rate") as caught:
        bridge("rates").timeline_rate("23.5", "", "0", "01:00:00:00")
    assert caught.value.code == "RATE_MISMATCH"


@pytest.mark.parametrize("text", RATES)
@given(frame=st.integers(0, 3_000_000))
def test_labels_agree_with_the_studio(bridge: Module, text: str, frame: int) -> None:
    rates = bridge("rates")
    rate = rates.read_rate(text)
    written = rates.label_of(frame, rate)
    assert written == format_timecode(frame, parse_rate(text), rate.drop)
    assert rates.frame_of(written, rate) == frame == parse_timecode(written, parse_rate(text))


@given(frame=st.integers(0, 400_000), drop=st.booleans())
def test_the_fake_counts_labels_as_the_studio_does(frame: int, drop: bool) -> None:
    written = label(frame, 30, drop)
    assert written == format_timecode(frame, parse_rate("29.97"), drop)
    assert count(written, 30, drop) == frame


def _item(bridge: Module, uid: str, start: int, stop: int, **more: Any) -> Any:
    return bridge("planner").Item(uid, start, stop, **more)


@given(data=st.data(), start=st.sampled_from([0, 86400, 107892, 108000]))
def test_gaps_are_exactly_the_empty_frames_between_items(bridge: Module, data: st.DataObject, start: int) -> None:
    planner = bridge("planner")
    spans = data.draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=8))
    items = [_item(bridge, str(n), start + at, start + at + length) for n, (at, length) in enumerate(spans)]
    filled = {frame for item in items for frame in range(item.start, item.stop)}
    gaps = planner.gaps_of(2, data.draw(st.permutations(items)))
    empty = set(range(min(filled), max(filled) + 1)) - filled
    assert {frame for gap in gaps for frame in range(gap.first, gap.stop)} == empty
    for gap in gaps:
        assert gap.count >= 1
        assert gap.before.stop == gap.first
        assert gap.after.start == gap.stop
        assert gap.track == 2


def test_a_gap_of_one_frame(bridge: Module) -> None:
    (gap,) = bridge("planner").gaps_of(1, [_item(bridge, "a", 0, 10), _item(bridge, "b", 11, 20)])
    assert (gap.first, gap.count) == (10, 1)


def test_before_the_first_and_after_the_last_clip_there_is_no_gap(bridge: Module) -> None:
    assert bridge("planner").gaps_of(1, [_item(bridge, "a", 5, 10)]) == []
    assert bridge("planner").gaps_of(1, []) == []


def test_transitions_and_disabled_clips_do_not_fill_a_gap(bridge: Module) -> None:
    planner = bridge("planner")
    items = [
        _item(bridge, "a", 0, 10),
        _item(bridge, "t", 8, 12, kind=planner.TRANSITION),
        _item(bridge, "off", 12, 18, is_enabled=False),
        _item(bridge, "b", 20, 30),
    ]
    (gap,) = planner.gaps_of(1, items)
    assert (gap.first, gap.stop) == (10, 20)
    assert planner.transition_at(items, gap) == items[1]
    assert not planner.is_free(items, 10, 20), "a disabled clip still stands there"
    assert planner.is_free(items, 10, 12)


def test_the_playhead_chooses_the_lowest_track_but_a_selected_clip_comes_first(bridge: Module) -> None:
    planner = bridge("planner")
    low = planner.gaps_of(1, [_item(bridge, "a", 0, 10), _item(bridge, "b", 20, 30)])
    high = planner.gaps_of(2, [_item(bridge, "c", 0, 12), _item(bridge, "d", 18, 30)])
    assert planner.gap_at(high + low, 15).track == 1
    assert planner.gap_at(high + low, 10).track == 1
    assert planner.gap_at(high + low, 20) is None, "the frame after a gap is not in it"
    picked = planner.gaps_of(2, [_item(bridge, "c", 0, 12, is_selected=True), _item(bridge, "d", 18, 30)])
    assert planner.gap_at(low + picked, 15).track == 2


def test_the_selection_names_a_gap_only_when_it_is_between_two_selected_clips(bridge: Module) -> None:
    planner = bridge("planner")
    a, b, c = (_item(bridge, uid, at, at + 5, is_selected=True) for uid, at in (("a", 0), ("b", 10), ("c", 20)))
    assert planner.gap_of_selection(planner.gaps_of(1, [a, b])).first == 5
    assert planner.gap_of_selection(planner.gaps_of(1, [a, b, c])) is None, "two gaps: which one is meant?"
    assert planner.gap_of_selection(planner.gaps_of(1, [a, b._replace(is_selected=False)])) is None


def test_gaps_in_the_marked_range_lie_in_it_wholly(bridge: Module) -> None:
    planner = bridge("planner")
    items = [_item(bridge, str(at), at, at + 5) for at in (0, 10, 20, 30)]
    gaps = planner.gaps_of(1, items)
    assert [gap.first for gap in planner.gaps_within(gaps, 5, 20)] == [5, 15]
    assert [gap.first for gap in planner.gaps_within(gaps, 6, 30)] == [15, 25]


def test_the_frame_in_the_file_counts_from_the_clips_offset(bridge: Module) -> None:
    item = _item(bridge, "a", 86400, 86448, left_offset=10)
    assert bridge("planner").source_index(item, 86400) == 10
    assert bridge("planner").source_index(item, 86447) == 57


def test_a_frame_of_a_sequence_is_a_file(bridge: Module) -> None:
    planner = bridge("planner")
    path = "/m/shot [v2]/name_[0101-0200].png"
    assert planner.sequence_file(path, 0) == "/m/shot [v2]/name_0101.png"
    assert planner.sequence_file(path, 99) == "/m/shot [v2]/name_0200.png"
    assert planner.sequence_file(path, 100) == ""
    assert planner.sequence_file(path, -1) == ""
    assert planner.sequence_file("/m/a.mov", 7) == "/m/a.mov"


def test_one_frame_more_or_less_is_no_change_of_speed(bridge: Module) -> None:
    planner = bridge("planner")
    for length, expected in ((48, False), (47, False), (49, False), (96, True), (24, True), (None, False)):
        assert planner.is_retimed(_item(bridge, "a", 0, 48, source_length=length)) is expected
