"""Denoised latents on the disk, one file a clip (diffusion/saved_work.py)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.figures import Figure
from mpd_studio.engines.diffusion.saved_work import SavedWork
from mpd_studio.engines.svd.lengths import Pass
from mpd_studio.engines.svd.options import SvdOptions
from mpd_studio.engines.svd.request_print import clip_print

if TYPE_CHECKING:
    from torch import Tensor


class SavedLatents:
    """What is kept of one request. Used by one lane."""

    def __init__(self, root: Path, request: str, options: SvdOptions) -> None:
        """request: its print, which names the folder."""
        self._work = SavedWork(root, request, options.memory, ("clip", "clips"))
        self._request, self._options = request, options

    @property
    def has_any(self) -> bool:
        """Whether a clip was kept, or found, by this object."""
        return self._work.has_any

    def find(self, index: int, clip: Pass) -> Tensor | None:
        """The latents of the gap's clip `index`, in main memory, or None."""
        return self._work.find(_name(index), clip_print(self._request, index, clip, self._options))

    def keep(self, index: int, clip: Pass, plan: str, latents: Tensor) -> None:
        """latents: contiguous, in main memory. plan: the memory plan they were made under."""
        self._work.keep(_name(index), clip_print(self._request, index, clip, self._options), plan, latents)

    def file(self, index: int) -> Path:
        return self._work.file(_name(index))

    @property
    def figures(self) -> tuple[Figure, ...]:
        return self._work.figures

    def forget(self) -> None:
        """The frames are safe."""
        self._work.forget()


def _name(index: int) -> str:
    return f"clip_{index:03d}"
