"""Colour tags: FFmpeg's names and numbers, stated defaults for missing ones, and a note that says what was assumed."""

from __future__ import annotations

from dataclasses import dataclass

from mpd_studio.core.errors import MediaError
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags, MediaRef

# ISO/IEC 23091-2 code points and FFmpeg's names for them.
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    10: "smpte428",
    11: "smpte431",
    12: "smpte432",
    22: "ebu3213",
}
_TRANSFERS = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    9: "log100",
    10: "log316",
    11: "iec61966-2-4",
    12: "bt1361e",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    17: "smpte428",
    18: "arib-std-b67",
}
_MATRICES = {0: "rgb", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc"}
_UNSUPPORTED_MATRICES = {
    8: "YCgCo",
    10: "BT.2020 constant luminance",
    11: "SMPTE 2085",
    13: "chroma-derived",
    14: "ICtCp",
}
_RANGES = {1: "limited", 2: "full"}

# Kr and Kb of each matrix (ITU-R BT.601, BT.709, BT.2020, FCC, SMPTE 240M).
_LUMA_WEIGHTS = {
    "bt709": (0.2126, 0.0722),
    "fcc": (0.30, 0.11),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
}
_PRIMARIES_OF_MATRIX = {"bt2020nc": "bt2020", "smpte170m": "smpte170m", "bt470bg": "bt470bg", "smpte240m": "smpte240m"}
_SMALL_PRIMARIES = ("smpte170m", "bt470bg", "smpte240m")
_TRANSFER_OF_MATRIX = {
    "bt2020nc": "bt2020-10",
    "smpte170m": "smpte170m",
    "bt470bg": "smpte170m",
    "smpte240m": "smpte240m",
}
_HD_HEIGHT = 720
_FIELD_TITLES = {"primaries": "primaries", "transfer": "transfer curve", "matrix": "matrix", "range": "range"}


@dataclass(frozen=True, slots=True)
class FoundTags:
    """Code points as a file states them; 2 (0 for range) means that it does not."""

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    range: int = 0


def luma_weights(matrix: str) -> tuple[float, float]:
    """Kr and Kb of a Y'CbCr matrix.

    Raises:
        MediaError: a matrix that this program cannot convert with.
    """
    try:
        return _LUMA_WEIGHTS[matrix]
    except KeyError as error:
        raise MediaError(
            f"Pictures coded with the colour matrix '{matrix}' cannot be converted. Convert the file to BT.709 first."
        ) from error


def fill_tags(
    found: FoundTags, size: Size, *, is_rgb: bool, is_still: bool, is_float: bool
) -> tuple[ColorTags, tuple[str, ...]]:
    """Complete tags and the names of the fields that had to be assumed.

    Missing matrix: BT.709 from 720 lines on, else BT.601 (smpte170m). Missing range: limited for Y'CbCr movies, full
    for stills. RGB is full range by its nature. Missing primaries and transfer: those that go with the matrix. RGB and
    stills are taken for sRGB: what matrix a JPEG is coded with says nothing of its primaries. Floats are linear.

    Raises:
        MediaError: the file states a matrix that cannot be converted exactly.
    """
    if not is_rgb and found.matrix in _UNSUPPORTED_MATRICES:
        name = _UNSUPPORTED_MATRICES[found.matrix]
        raise MediaError(
            f"The colours are coded as {name}, which cannot be converted. Convert the file to BT.709 first."
        )
    assumed: list[str] = []

    def pick(field: str, stated: str | None, default: str) -> str:
        if stated is None:
            assumed.append(field)
        return stated or default

    matrix = "rgb"
    range_ = "full"
    if not is_rgb:
        stated = None if found.matrix == 0 else _MATRICES.get(found.matrix)
        matrix = pick("matrix", stated, "bt709" if min(size.width, size.height) >= _HD_HEIGHT else "smpte170m")
        range_ = pick("range", _RANGES.get(found.range), "full" if is_still else "limited")
    of_matrix = _PRIMARIES_OF_MATRIX.get(matrix, "bt709")
    primaries = pick(
        "primaries",
        _PRIMARIES.get(found.primaries),
        "bt709" if is_still and of_matrix in _SMALL_PRIMARIES else of_matrix,
    )
    curve = "linear" if is_float else "iec61966-2-1" if is_rgb or is_still else _TRANSFER_OF_MATRIX.get(matrix, "bt709")
    transfer = pick("transfer", _TRANSFERS.get(found.transfer), curve)
    return ColorTags(primaries, transfer, matrix, range_), tuple(assumed)


def assumption_note(ref: MediaRef) -> str | None:
    """A sentence for the user when colour tags were missing; None when the file states all of them."""
    if not ref.assumed:
        return None
    values = {field: getattr(ref.color, field) for field in ref.assumed}
    said = ", ".join(f"{_FIELD_TITLES[field]} {value}" for field, value in values.items())
    return f"{ref.name} does not say how its colours are coded. Assumed: {said}."


def code_points(tags: ColorTags) -> FoundTags:
    """The numbers to write into a file for these tags; unknown names become "not stated"."""

    def number(table: dict[int, str], name: str, missing: int) -> int:
        return next((code for code, known in table.items() if known == name), missing)

    return FoundTags(
        number(_PRIMARIES, tags.primaries, 2),
        number(_TRANSFERS, tags.transfer, 2),
        number(_MATRICES, tags.matrix, 2),
        number(_RANGES, tags.range, 0),
    )


def movie_tags(tags: ColorTags, size: Size, *, full_range: bool) -> ColorTags:
    """Tags for coding pictures as Y'CbCr: their own matrix, or the one that suits the size when they come from RGB."""
    matrix = tags.matrix
    if matrix not in _LUMA_WEIGHTS:
        is_hd = min(size.width, size.height) >= _HD_HEIGHT
        matrix = "bt2020nc" if tags.primaries == "bt2020" else "bt709" if is_hd else "smpte170m"
    return ColorTags(tags.primaries, tags.transfer, matrix, "full" if full_range else "limited")


def rgb_tags(tags: ColorTags) -> ColorTags:
    """The same colours, coded as full-range RGB."""
    return ColorTags(tags.primaries, tags.transfer, "rgb", "full")
