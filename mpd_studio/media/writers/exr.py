"""EXR pictures: linear half or float channels, with the chromaticities of their primaries."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mpd_studio.core.errors import OutputError
from mpd_studio.core.media_ref import ColorTags
from mpd_studio.media.chromaticities import CHROMATICITIES
from mpd_studio.media.writers.staging import sync_file


def write_exr(file: Path, pixels: np.ndarray, color: ColorTags) -> None:
    """pixels: (h, w, 3 or 4) float16 or float32; values are written as they are, NaN and infinity included.

    Raises:
        OutputError: the library could not write the file.
    """
    import OpenEXR

    header: dict[str, object] = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    if color.primaries in CHROMATICITIES:
        header["chromaticities"] = CHROMATICITIES[color.primaries]
    name = "RGBA" if pixels.shape[2] == 4 else "RGB"
    # FFmpeg's encoder writes no chromaticities; OpenEXR's own library does.
    try:
        OpenEXR.File(header, {name: np.ascontiguousarray(pixels)}).write(str(file))
    except RuntimeError as error:
        raise OutputError(
            f"{file.name} could not be written ({error}). Free some space or choose another folder."
        ) from error
    sync_file(file)
