"""Peak memory of a piece of work, measured on work of a known size."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from mpd_studio.workflow.peak_memory import PeakMemory

MIB = 2**20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the peak in this way")


def test_the_peak_is_told_though_the_memory_was_given_back() -> None:
    meter = PeakMemory()
    held = np.ones(96 * MIB, np.uint8)
    assert int(held[-1]) == 1
    del held
    grown = meter.grown_bytes()
    assert grown is not None
    assert grown >= 90 * MIB


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can forget an earlier peak")
def test_a_peak_before_the_work_is_not_the_works() -> None:
    held = np.ones(128 * MIB, np.uint8)
    assert int(held[-1]) == 1
    del held
    meter = PeakMemory()
    grown = meter.grown_bytes()
    assert grown is not None
    assert grown < 64 * MIB
