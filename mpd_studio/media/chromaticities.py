"""CIE 1931 x, y of red, green, blue and white for the primaries that pictures without FFmpeg's tags name by numbers."""

from __future__ import annotations

from collections.abc import Sequence

_D65 = (0.3127, 0.3290)

CHROMATICITIES: dict[str, tuple[float, ...]] = {
    "bt709": (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *_D65),
    "bt470bg": (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, *_D65),
    "smpte170m": (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    "bt2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    "smpte431": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),
    "smpte432": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
}


def primaries_of(values: Sequence[float]) -> str | None:
    """FFmpeg's name for eight chromaticities; None when they are nobody's."""
    for name, known in CHROMATICITIES.items():
        if len(values) == len(known) and all(abs(a - b) < 1e-3 for a, b in zip(values, known, strict=True)):
            return name
    return None
