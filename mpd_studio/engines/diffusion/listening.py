"""Letting a network hear, between its blocks, that it must stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def listening(network: Any, check: Callable[[], None]) -> Iterator[None]:
    """While open, `check` is called before each block of the network; what it raises ends the network's call.

    Not where the network lies on a graphics card: there blocks are handed over in milliseconds, long before they run.
    """
    on_card = any(weight.device.type == "cuda" for weight in network.parameters())
    blocks = [] if on_card else _blocks(network)
    hooks = [block.register_forward_pre_hook(lambda *_: check()) for block in blocks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _blocks(network: Any) -> list[Any]:
    """The residual and attention blocks, wherever they are: each a small part of a call."""
    lists = [
        module
        for name, module in network.named_modules()
        if name.rpartition(".")[2] in ("resnets", "attentions") and len(list(module.children()))
    ]
    return [block for blocks in lists for block in blocks]
