"""How Resolve's objects behave towards Python, whatever they are."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from typing import Any

from strict_fake.world import Misuse, World


def native(since: tuple[int, int] = (0, 0)) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A call of Resolve's: no named arguments, on the script's own thread, waiting while Resolve is busy."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def called(self: Native, *values: Any, **named: Any) -> Any:
            if named:
                raise TypeError(f"{function.__name__}() takes no keyword arguments")
            world = self._world
            if threading.get_ident() != world.thread:
                raise Misuse(f"{function.__name__}() was called from another thread than the script's.")
            if world.is_busy_s:
                time.sleep(world.is_busy_s)
            world.calls.append(function.__name__)
            return function(self, *values)

        called.native_since = since  # type: ignore[attr-defined]  # read by Native below
        return called

    return wrap


class Native:
    """Knows every name: `hasattr` is always true, and what does not exist is None. Only dir() tells the truth."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        found = getattr(type(self), name, None)
        since = getattr(found, "native_since", None)
        if since is None or self._world.version[:2] < since:
            return None
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise Misuse(f"'{name}' was set on one of Resolve's objects.")
        object.__setattr__(self, name, value)

    def __dir__(self) -> list[str]:
        names = (name for name in dir(type(self)) if not name.startswith("_"))
        return [name for name in names if getattr(self, name) is not None]

    def __eq__(self, other: object) -> bool:
        return self is other  # a new object with every call: compare ids

    __hash__ = object.__hash__


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
