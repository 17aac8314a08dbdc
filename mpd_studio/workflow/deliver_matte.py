"""Hand on the confidence of a take as a matte: 16-bit grey pictures beside its frames, white where it is trusted."""

from __future__ import annotations

from pathlib import Path

from mpd_studio.core.errors import MediaError, OutputError
from mpd_studio.core.inbetween import InbetweenResult
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.confidence_maps import map_name, map_path, read_map, write_matte


def deliver_matte(
    result: InbetweenResult, folder: Path, name: str, reporter: Reporter, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write NAME_confidence_000001.png …, one for each frame, of the take's size. Returns: the files, in order.

    Raises:
        MediaError: the take has no map of a frame, as takes made by engines that tell no confidence.
        OutputError: a file stands there and must not be overwritten, or the file system refuses.
        Cancelled: what was written until then is removed, as after an error.
    """
    total = result.frames.count
    files = tuple(folder / map_name(name, index + 1) for index in range(total))
    if not overwrite and (there := next((path for path in files if path.exists()), None)):
        raise OutputError(f"{there} stands there already. Choose another folder, or allow replacing.")
    written: list[Path] = []
    try:
        for index, path in enumerate(files):
            reporter.report(Progress("Matte", index, total))
            confidence = read_map(Path(map_path(result.frames, index)))
            if confidence is None:
                raise MediaError(
                    f"The take has no confidence map of frame {index + 1}. Make it again with an engine that tells "
                    "confidence, or export without the matte."
                )
            write_matte(path, confidence, result.request.canvas)
            written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    reporter.report(Progress("Matte", total, total))
    return files


def has_matte(result: InbetweenResult) -> bool:
    """Whether a matte can be made: told from the take, without a look at the disk."""
    return bool(result.provenance.confidence)
