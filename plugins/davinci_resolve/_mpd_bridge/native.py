"""Calling Resolve, whose objects never raise: unknown names are None, failures are None, False, [] or ""."""

from typing import Any


def call(thing: Any, name: str, *values: Any) -> Any:
    """thing.name(*values); None where this version of Resolve has no such call.

    `hasattr` is true for every name, so only what comes back can be asked. Arguments are never named: the calls
    refuse that.
    """
    method = getattr(thing, name, None)
    return method(*values) if callable(method) else None


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def whole(value: Any) -> Any:
    """An int where a number without fraction was given, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if value == int(value) else None
