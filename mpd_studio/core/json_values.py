"""Frozen values ↔ JSON, by their type hints: dataclasses, enums, fractions, tuples, unions with None.

A type with an entry in `special` is written or read by that function instead. Reading checks types and lets
the values' own checks speak; whatever is wrong becomes a ValueError that names the field.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

Special = Mapping[type, Callable[[Any], Any]]


def encode_value(value: Any, special: Special) -> Any:
    """A JSON-ready copy of a value. Fields that equal their default are left out."""
    for kind, encode in special.items():
        if isinstance(value, kind):
            return encode(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [encode_value(item, special) for item in value]
    if dataclasses.is_dataclass(value):
        return {
            field.name: encode_value(getattr(value, field.name), special)
            for field in dataclasses.fields(value)
            if not _is_default(field, getattr(value, field.name))
        }
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")


def decode_value(kind: Any, doc: Any, special: Special) -> Any:
    """The value that encode_value wrote. Unknown keys are ignored.

    Raises:
        ValueError: the document does not fit the type; the message names the field.
    """
    if isinstance(kind, NewType):
        kind = kind.__supertype__
    if kind in special:
        return special[kind](doc)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(kind, doc, special)
    if origin is tuple:
        return _decode_tuple(kind, doc, special)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(doc)
    if kind is Fraction:
        return Fraction(_expect(str, doc))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, doc, special)
    if kind is float and isinstance(doc, int) and not isinstance(doc, bool):
        return float(doc)
    return _expect(kind, doc)


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    return field.default is not dataclasses.MISSING and value == field.default


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode_dataclass(kind: type, doc: Any, special: Special) -> Any:
    _expect(dict, doc)
    values = {}
    for field in dataclasses.fields(kind):
        if field.name in doc:
            try:
                values[field.name] = decode_value(_hints(kind)[field.name], doc[field.name], special)
            except (ValueError, TypeError, KeyError, ZeroDivisionError) as error:
                raise ValueError(f"{field.name}: {error}") from error
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{kind.__name__} lacks a field ({error}).") from error


def _decode_tuple(kind: Any, doc: Any, special: Special) -> tuple[Any, ...]:
    _expect(list, doc)
    kinds = get_args(kind)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(decode_value(kinds[0], item, special) for item in doc)
    if len(kinds) != len(doc):
        raise ValueError(f"expected {len(kinds)} values, found {len(doc)}")
    return tuple(decode_value(item_kind, item, special) for item_kind, item in zip(kinds, doc, strict=True))


def _decode_union(kind: Any, doc: Any, special: Special) -> Any:
    if doc is None and type(None) in get_args(kind):
        return None
    problem: ValueError | None = None
    for option in get_args(kind):
        if option is type(None):
            continue
        try:
            return decode_value(option, doc, special)
        except ValueError as error:
            problem = error
    raise problem or ValueError("nothing is expected here")


def _expect(kind: type, doc: Any) -> Any:
    if not isinstance(doc, kind) or (isinstance(doc, bool) and kind is not bool):
        raise ValueError(f"expected {kind.__name__}, found {type(doc).__name__}")
    return doc
