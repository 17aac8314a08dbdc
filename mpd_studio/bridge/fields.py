"""The fields of a message that somebody else wrote: of the right kind and in range, or refused by name."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.core.frames import FrameRate

_Choice = TypeVar("_Choice", bound=Enum)


class Fields:
    """One dictionary of a message; `name` is its place in the whole ("gap.before"). All methods raise BAD_MESSAGE."""

    def __init__(self, values: object, name: str) -> None:
        if not isinstance(values, dict):
            raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"'{name}' is missing, or no group of values.")
        self._values: dict[str, Any] = values
        self._name = name

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def part(self, key: str) -> Fields:
        return Fields(self._values.get(key), self._path(key))

    def part_or_empty(self, key: str) -> Fields:
        return self.part(key) if self.has(key) else Fields({}, self._path(key))

    def whole(self, key: str, least: int, most: int, default: int | None = None) -> int:
        if default is not None and not self.has(key):
            return default
        return self._whole(self._values.get(key), self._path(key), least, most)

    def wholes(self, key: str, count: int, least: int, most: int, default: tuple[int, int]) -> tuple[int, int]:
        if not self.has(key):
            return default
        values = self._values[key]
        if not isinstance(values, list) or len(values) != count:
            raise self._wrong(key, f"a list of {count} whole numbers")
        first, last = (self._whole(value, self._path(key), least, most) for value in values)
        return first, last

    def text(self, key: str, default: str | None = None, longest: int = 1024) -> str:
        if default is not None and not self.has(key):
            return default
        value = self._values.get(key)
        if not isinstance(value, str) or len(value) > longest:
            raise self._wrong(key, f"a text of at most {longest} letters")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def choice(self, key: str, kind: type[_Choice], default: _Choice | None = None) -> _Choice:
        if default is not None and not self.has(key):
            return default
        return self._choice(self._values.get(key), key, kind)

    def choices(self, key: str, kind: type[_Choice]) -> tuple[_Choice, ...]:
        values = self._values.get(key, [])
        if not isinstance(values, list):
            raise self._wrong(key, "a list")
        return tuple(self._choice(value, key, kind) for value in values)

    def rate(self) -> FrameRate:
        rate = Fraction(self.whole("num", 1, 1_000_000), self.whole("den", 1, 1_000_000))
        if not Fraction(1, 1000) <= rate <= 1000:
            raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{self._name} is not a usable frame rate ({rate}).")
        return rate

    def texts(self) -> tuple[tuple[str, str], ...]:
        """All values of this part that are texts, by name."""
        pairs = ((key, value) for key, value in self._values.items() if isinstance(value, str))
        return tuple(sorted((key[:64], value[:256]) for key, value in pairs))

    def joined(self, key: str) -> str:
        """A list such as [21, 1, 0] as "21.1.0"; a text as it is."""
        value = self._values.get(key, "")
        parts = value if isinstance(value, list) else [value]
        return ".".join(str(part)[:32] for part in parts[:8] if isinstance(part, (int, str)) and part != "")

    def _whole(self, value: object, path: str, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{path} is not a whole number.")
        if not least <= value <= most:
            raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{path} is out of range; it may be {least} to {most}.")
        return value

    def _choice(self, value: object, key: str, kind: type[_Choice]) -> _Choice:
        for member in kind:
            if isinstance(value, str) and member.value == value:
                return member
        raise self._wrong(key, "one of " + ", ".join(str(member.value) for member in kind))

    def _wrong(self, key: str, wanted: str) -> BridgeProblem:
        return BridgeProblem(ErrorCode.BAD_MESSAGE, f"{self._path(key)} is not {wanted}.")

    def _path(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key
