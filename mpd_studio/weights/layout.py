"""What a folder of weights consists of, and a quick look at whether it is whole.

The quick look reads a few bytes per file: sizes, the head of each safetensors file, which says how long the file must
be, and the ends of each pickle. Damage inside the numbers is found by `verify` alone (verify.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mpd_studio.weights.family import Family, family_of
from mpd_studio.weights.motion_i2v_layout import PICKLED, official_files
from mpd_studio.weights.pickle_look import pickle_problem
from mpd_studio.weights.record import Record

PART_SUFFIX = ".part"
# Of Stable Video Diffusion, in the layout of diffusers.
CONFIGS = (
    "model_index.json",
    "feature_extractor/preprocessor_config.json",
    "scheduler/scheduler_config.json",
    "image_encoder/config.json",
    "unet/config.json",
    "vae/config.json",
)
# Comes along, and is not needed to run.
EXTRAS = ("LICENSE.md", "LICENSE")
STEMS = ("vae/diffusion_pytorch_model", "image_encoder/model", "unet/diffusion_pytorch_model")
# In the order of preference. Pickled files (.bin, .ckpt) are not taken where safetensors are given out.
VARIANTS: tuple[str | None, ...] = ("fp16", None)
_LONGEST_HEAD = 100_000_000  # the format's own limit


class State(Enum):
    PRESENT = "present"
    PARTIAL = "partial"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Inspection:
    """files, missing: paths inside the folder, "/" between. broken: path and what is wrong with it."""

    state: State
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    family: Family = Family.SVD

    @property
    def pickles(self) -> tuple[str, ...]:
        """Those of `files` that `weights convert` makes safetensors of."""
        return tuple(path for path in self.files if path.endswith(PICKLED))


def weights_path(stem: str, variant: str | None) -> str:
    return f"{stem}.{variant}.safetensors" if variant else f"{stem}.safetensors"


def inspect_folder(folder: Path, record: Record | None = None, family: Family | None = None) -> Inspection:
    """A folder, judged by itself and by what was recorded of it.

    family: what it should hold; None: what it looks like, or Stable Video Diffusion where it looks like nothing.
    """
    family = family or family_of(folder) or Family.SVD
    files, missing = _files(folder) if family is Family.SVD else _official_files(folder)
    broken = []
    for path in files:
        problem = _problem(folder / path, path, record)
        if problem:
            broken.append((path, problem))
    if broken:
        state = State.BROKEN
    elif not missing:
        state = State.PRESENT
    else:
        state = State.PARTIAL if files or _is_begun(folder, family) else State.MISSING
    return Inspection(state, tuple(files), tuple(missing), tuple(broken), family)


def _official_files(folder: Path) -> tuple[list[str], list[str]]:
    files, missing = official_files(lambda name: (folder / name).is_file())
    return files + [path for path in EXTRAS if (folder / path).is_file()], missing


def _files(folder: Path) -> tuple[list[str], list[str]]:
    """Those that are there, and those that should be. Each part may be of either variant."""
    files = [path for path in (*CONFIGS, *EXTRAS) if (folder / path).is_file()]
    missing = [path for path in CONFIGS if path not in files]
    absent, variants = [], []
    for stem in STEMS:
        there = [variant for variant in VARIANTS if (folder / weights_path(stem, variant)).is_file()]
        if there:
            variants.append(there[0])
            files.append(weights_path(stem, there[0]))
        else:
            absent.append(stem)
    variant = VARIANTS[0] if VARIANTS[0] in variants or not variants else None
    return files, missing + [weights_path(stem, variant) for stem in absent]


def _is_begun(folder: Path, family: Family) -> bool:
    depths = ("*", "*/*") if family is Family.SVD else ("stage*/*/*", "stage*/*/*/*")
    places = (folder,) if family is Family.SVD else (folder, folder / "models")
    return any(next(place.glob(pattern + PART_SUFFIX), None) for place in places for pattern in depths)


def _problem(path: Path, name: str, record: Record | None) -> str | None:
    """What is wrong with a file, in words that complete "unet/config.json …"."""
    if record is not None and name in record.wrong:
        return "has other contents than it should"
    known = record.file(name) if record is not None else None
    try:
        size = path.stat().st_size
        if known is not None and size != known.size:
            return f"has {size} bytes and should have {known.size}"
        if name.endswith(".safetensors"):
            return _safetensors_problem(path, size)
        if name.endswith(PICKLED):
            return pickle_problem(path)
        if name.endswith(".json"):
            json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    except (ValueError, RecursionError):
        return "is no JSON document"
    return None


def _safetensors_problem(path: Path, size: int) -> str | None:
    """The format: eight bytes with the head's length, the head in JSON, then the numbers, and nothing after them."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(size - 8, _LONGEST_HEAD):
            return "is no safetensors file, or cut off in its head"
        try:
            head = json.loads(file.read(length))
            ends = [tensor["data_offsets"][1] for name, tensor in head.items() if name != "__metadata__"]
            expected = 8 + length + max(ends, default=0)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            return "has an unreadable head"
    return None if size == expected else f"has {size} bytes and should have {expected}"
