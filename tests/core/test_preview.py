"""A preview is a value that may cross threads; whoever says nothing about previews wants none."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.progress import Preview, Progress, Reporter, SilentReporter


def frames(count: int = 2, *, dtype: type = np.uint8, channels: int = 3, writeable: bool = False) -> np.ndarray:
    made = np.zeros((count, 4, 6, channels), dtype)
    made.flags.writeable = writeable
    return made


def test_what_fits_together_is_kept_as_it_is() -> None:
    row = frames()
    preview = Preview(row, (1, 5), 0, 25)
    assert preview.frames is row
    assert (preview.places, preview.step, preview.steps) == ((1, 5), 0, 25)


@pytest.mark.parametrize(
    ("row", "places", "step"),
    [
        (frames(writeable=True), (1, 2), 1),
        (frames(dtype=np.float32), (1, 2), 1),
        (frames(channels=4), (1, 2), 1),
        (frames(0), (), 1),
        (frames()[0], (1, 2), 1),
        (frames(), (1,), 1),
        (frames(), (0, 1), 1),
        (frames(), (2, 1), 1),
        (frames(), (2, 2), 1),
        (frames(), (1, 2), 26),
        (frames(), (1, 2), -1),
    ],
)
def test_what_does_not_fit_together_is_refused(row: np.ndarray, places: tuple[int, ...], step: int) -> None:
    with pytest.raises(ValueError, match="preview"):
        Preview(row, places, step, 25)


def test_a_reporter_wants_none_until_it_says_so() -> None:
    class Counting(Reporter):
        def report(self, progress: Progress) -> None:
            del progress

        def raise_if_cancelled(self) -> None:
            return

    for reporter in (Counting(), SilentReporter()):
        assert not reporter.wants_preview()
        reporter.preview(Preview(frames(), (1, 2), 1, 2))
