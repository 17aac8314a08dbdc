from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.core.frames import (
    FrameRange,
    allows_drop_frame,
    format_timecode,
    nominal_rate,
    parse_rate,
    parse_timecode,
    rate_text,
    rate_title,
)

NTSC = Fraction(30000, 1001)
RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(50), Fraction(60000, 1001)]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("24", Fraction(24)),
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("29.97 DF", NTSC),
        ("59.94", Fraction(60000, 1001)),
        ("24000/1001", Fraction(24000, 1001)),
        ("12.5", Fraction(25, 2)),
    ],
)
def test_a_rate_is_read_exactly(text: str, rate: Fraction) -> None:
    assert parse_rate(text) == rate
    assert parse_rate(rate_text(rate)) == rate


@pytest.mark.parametrize("text", ["", "fast", "0", "-24", "1/0", "2400000", "nan", "23.9123456"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate(text)


def test_rates_are_titled_as_editors_say_them() -> None:
    assert [rate_title(rate) for rate in RATES] == ["23.976", "24", "25", "29.97", "30", "50", "59.94"]
    assert nominal_rate(Fraction(24000, 1001)) == 24


@pytest.mark.parametrize(
    ("frame", "rate", "drop", "text"),
    [
        (0, Fraction(24), False, "00:00:00:00"),
        (86400, Fraction(24000, 1001), False, "01:00:00:00"),
        (107892, NTSC, True, "01:00:00;00"),
        (108000, NTSC, False, "01:00:00:00"),
        (1799, NTSC, True, "00:00:59;29"),
        (1800, NTSC, True, "00:01:00;02"),
        (17981, NTSC, True, "00:09:59;29"),
        (17982, NTSC, True, "00:10:00;00"),
        (3600, Fraction(60000, 1001), True, "00:01:00;04"),
        (-25, Fraction(25), False, "-00:00:01:00"),
        (99, Fraction(100), False, "00:00:00:99"),
        (119, Fraction(120), False, "00:00:00:119"),
    ],
)
def test_timecode_of_known_frames(frame: int, rate: Fraction, drop: bool, text: str) -> None:
    assert format_timecode(frame, rate, drop) == text


@given(st.integers(0, 24 * 3600 * 60), st.sampled_from(RATES), st.booleans())
def test_timecode_text_names_one_frame(frame: int, rate: Fraction, drop: bool) -> None:
    assert parse_timecode(format_timecode(frame, rate, drop and allows_drop_frame(rate)), rate) == frame


@pytest.mark.parametrize("text", ["1:2", "00:00:00:24", "00:61:00:00", "aa:bb:cc:dd", "00:00:00.5.5"])
def test_what_is_no_timecode_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"timecode|frames"):
        parse_timecode(text, Fraction(24))


def test_labels_that_drop_frame_skips_do_not_exist() -> None:
    with pytest.raises(ValueError, match="skips"):
        parse_timecode("00:01:00;00", NTSC)
    assert parse_timecode("00:10:00;00", NTSC) == 17982


def test_ranges_are_half_open() -> None:
    frames = FrameRange(10, 3)
    assert (frames.stop, 10 in frames, 12 in frames, 13 in frames) == (13, True, True, False)
    with pytest.raises(ValueError, match="negative"):
        FrameRange(0, -1)
