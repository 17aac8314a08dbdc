"""The samplings of one gap that are done, so that none is done twice: after memory ran out, and after a broken run.

While their clip is being made they are in main memory; where a folder was told, they are on the disk too, until the
gap's frames are safe.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.diffusion.request_print import TOLD_OTHERWISE, digest, request_print
from mpd_studio.engines.diffusion.saved_work import SavedWork
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions
from mpd_studio.engines.motion_i2v.personal_options import personal_of
from mpd_studio.weights.identity import identity_of_files

log = logging.getLogger(__name__)

# A sampling's name, and what makes it: float32 of any shape.
Keep = Callable[[str, Callable[[], np.ndarray]], np.ndarray]

# Options that name files.
_FILES = ("personal", "lora", "motion_file", "motion_back_file")


class KeptSteps:
    """Of one run of the engine."""

    def __init__(self, saved: SavedWork | None = None, request: str = "") -> None:
        """saved: where they outlive the run; None: nowhere. request: its print."""
        self._saved, self._request = saved, request
        self._here: dict[str, np.ndarray] = {}

    def of_clip(self, index: int, plan: str) -> Keep:
        """For one of the gap's clips. plan: the memory plan that is worked under."""
        return partial(self._kept, index, plan)

    def forget(self) -> None:
        """What is in main memory."""
        self._here.clear()

    def _kept(self, index: int, plan: str, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        piece = f"clip_{index:03d}_{name}"
        if piece not in self._here:
            found = self._found(piece)
            self._here[piece] = self._made(piece, plan, make) if found is None else found
        return self._here[piece]

    def _found(self, piece: str) -> np.ndarray | None:
        if self._saved is None:
            return None
        found = self._saved.find(piece, self._print(piece))
        return None if found is None else found.numpy()

    def _made(self, piece: str, plan: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        import torch

        made = np.ascontiguousarray(make())
        if self._saved is not None:  # before what follows, which takes memory and may be what ends the run
            self._saved.keep(piece, self._print(piece), plan, torch.from_numpy(made))
        return made

    def _print(self, piece: str) -> str:
        return digest({"request": self._request, "piece": piece})


def steps_kept_in(
    root: Path | None,
    request: InbetweenRequest,
    pictures: BoundaryPictures,
    options: MotionI2vOptions,
    weights: Path,
    check: Callable[[], None],
) -> tuple[KeptSteps, SavedWork | None]:
    """root: for all requests; None: nothing outlives the run. check: called again and again; may raise to stop."""
    if root is None:
        return KeptSteps(), None
    from mpd_studio.engines.diffusion.device import choose_device, choose_dtype

    device = choose_device(options.device)
    where = f"{device.type} {choose_dtype(options.dtype, device)}"
    try:
        print_ = request_print(request, pictures, weights, where, _more(options, weights), check)
    except OSError as error:  # of files, which loading will name better
        log.debug("Nothing is kept: %s", error)
        return KeptSteps(), None
    saved = SavedWork(root, print_, options.memory, ("sampling", "samplings"))
    return KeptSteps(saved, print_), saved


def _more(options: MotionI2vOptions, weights: Path) -> dict[str, object]:
    """Files count by what is in them, all other options as they are: one that is added later counts by itself."""
    personal = personal_of(options.personal, options.lora, weights)
    motions = [Path(file) for file in (options.motion_file, options.motion_back_file) if file]
    by_name = dataclasses.asdict(options)
    return {
        "options": {name: value for name, value in by_name.items() if name not in TOLD_OTHERWISE + _FILES},
        "personal": identity_of_files(personal.files),
        "strengths": [lora.strength for lora in personal.loras],
        "motions": [bool(options.motion_file), bool(options.motion_back_file), identity_of_files(motions)],
    }


def not_kept(name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    """A Keep that keeps nothing."""
    del name
    return make()
