"""Memory of graphics cards that torch keeps for itself."""

from __future__ import annotations


def free_cached_memory() -> None:
    """Gives back what torch keeps of a card's memory for the next time."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
