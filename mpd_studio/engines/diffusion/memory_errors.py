"""Telling that memory ran out from other errors: torch and the libraries on it say it in several ways."""

from __future__ import annotations

from mpd_studio.core.errors import EngineFailed

_SAID_OF_MAIN_MEMORY = "DefaultCPUAllocator"  # a plain RuntimeError; only its text tells


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether this error, or one that it was raised from, is a lack of memory: a graphics card's or the machine's."""
    import torch

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, torch.OutOfMemoryError | MemoryError):
            return True
        if isinstance(seen, RuntimeError) and _SAID_OF_MAIN_MEMORY in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def refuse_for_memory(error: BaseException, what: str) -> None:
    """Where reading failed for want of memory: the files are not to blame. Raises: EngineFailed: so it was."""
    if ran_out_of_memory(error):
        raise EngineFailed(f"Not enough main memory to read {what}. Close other programs, then try again.") from error
