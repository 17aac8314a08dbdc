"""What a finished gap of a timeline was made of, kept beside its frames, so that a later run can go on after it.

A gap counts as finished only where everything is as it was: the request, its sources, the files that its options and
drawings name, the weights, the formats, this program's version, and every byte that was written.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import mpd_studio
from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import MpdError
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.json_values import decode_value, encode_value
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.registry import forecast
from mpd_studio.media.reader import FrameReader
from mpd_studio.weights.identity import identity_of_files
from mpd_studio.workflow.inbetween import Run
from mpd_studio.workflow.output_folder import TAKE_FILE
from mpd_studio.workflow.sheet import GapPlace

_VERSION = 1
MadeOf = dict[str, Any]
_PATHS = {PurePath: str}
# Behind a file of several that one option lists: "ink.safetensors:0.8".
_STRENGTH = re.compile(r":\s*[-+]?[\d.]+$")


@dataclass(frozen=True, slots=True)
class GapOrder:
    """One gap as it is to be made. The formats as said: None leaves them to the pictures."""

    request: InbetweenRequest
    place: GapPlace
    exporter_id: str | None
    movie_id: str | None
    handles: int

    def made_of(self) -> MadeOf | None:
        """Everything that the frames depend on, as JSON has it. None where that cannot be told: it vouches for nothing.

        To be asked before a run: files may change while it goes on.
        """
        try:
            files = [[str(path), identity_of_files([path])] for path in _named_files(self.request)]
        except OSError:
            return None
        weights = [figure.text for figure in forecast(self.request) if figure.id == "weights"]
        order = encode_value(self, _PATHS)
        return {"program": mpd_studio.__version__, "order": order, "files": files, "weights": weights}


def seal(made_of: MadeOf | None, folder: Path, made: Run) -> None:
    """Write down in `folder`, which holds the files of the run, what they were made of.

    Raises: OutputError: the file system refuses.
    """
    if made_of is None:
        return
    doc = {
        "version": _VERSION,
        "made_of": made_of,
        "files": {path.name: _digest(path) for path in sorted(folder.iterdir())},
        "run": encode_value(replace(made, figures=()), {**_PATHS, InbetweenRequest: lambda _: None}),
    }
    write_atomically(folder / TAKE_FILE, json.dumps(doc, indent=1).encode("ascii"))


def finished(order: GapOrder, made_of: MadeOf | None, folder: Path, reporter: Reporter) -> Run | None:
    """What an earlier run has made of the very same in `folder`; None where it has not, or anything has changed since.

    Raises: Cancelled.
    """
    known = {PurePath: PurePath, Path: Path, InbetweenRequest: lambda _: order.request}
    try:
        doc = json.loads((folder / TAKE_FILE).read_bytes())
        if made_of is None or doc["version"] != _VERSION or doc["made_of"] != made_of:
            return None
        if not _are_whole(folder, doc["files"], reporter):
            return None
        _check_sources(order.request)
        made: Run = decode_value(Run, doc["run"], known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, MpdError):
        return None  # no record, or none that can be trusted; what stands in the way is said by the run that follows
    home = folder.absolute()  # the whole of DIR may have been moved
    result = replace(made.result, frames=replace(made.result.frames, folder=home))
    return replace(made, result=result, movies=tuple(home / movie.name for movie in made.movies))


def _are_whole(folder: Path, digests: dict[str, str], reporter: Reporter) -> bool:
    for number, (name, digest) in enumerate(digests.items()):
        reporter.report(Progress("Checking what is finished", number, len(digests)))
        if _digest(folder / name) != digest:
            return False
    return True


def _check_sources(request: InbetweenRequest) -> None:
    """Raises: MediaError: a boundary frame is gone, or its file has changed."""
    with FrameReader() as reader:
        for ref in (request.first, request.last):
            reader.read(ref)


def _named_files(request: InbetweenRequest) -> list[Path]:
    """Files and folders that drawings and options name, where they are there."""
    named = {Path(region.mask.path) for region in request.guidance.regions if region.mask}
    for _, value in request.settings.options:
        for part in str(value).split(";"):
            named |= {Path(text.strip()).expanduser() for text in (part, _STRENGTH.sub("", part.strip()))}
    return sorted(path for path in named if path.name and _is_there(path))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a prompt is no path
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
