"""Memory that runs out where a test wants it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


class Scarce:
    """Memory that runs out at `times` calls, from the `first` one on, of a method of torch's or diffusers' classes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, times: int, first: int = 1) -> None:
        import torch

        self.calls = 0
        whole: Callable[..., Any] = getattr(owner, method)

        def scarce(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if first <= self.calls < first + times:
                raise torch.OutOfMemoryError("planted")
            return whole(*arguments, **named)

        monkeypatch.setattr(owner, method, scarce)
