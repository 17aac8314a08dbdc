"""A quick look at a pickled file of weights: is it all there, as far as its two ends tell? Nothing of it is run."""

from __future__ import annotations

import zipfile
from pathlib import Path

# How torch has begun its files before 2020: a pickled number that stands for the format.
_OLD_START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_POINTER = b"version https://git-lfs"


def pickle_problem(path: Path) -> str | None:
    """What is wrong, in words that complete "controlnet.bin …"; None when nothing is seen. Raises: OSError."""
    with path.open("rb") as file:
        start = file.read(len(_POINTER))
    if start == _POINTER:
        return "is a pointer of git-lfs and not the file (run: git lfs pull)"
    if start.startswith(_OLD_START):
        return None
    if not start.startswith(b"PK"):
        return "is no file of torch's"
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError):
        return "is cut off: the list at its end lacks"
    except RuntimeError:  # of zipfile: made for a newer version of the format than it knows
        return "is an archive of a kind that cannot be read here"
    return None if any(name.endswith("data.pkl") for name in names) else "is an archive, but none of torch's"
