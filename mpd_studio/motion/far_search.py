"""Search for motion far beyond what local search finds: every place against every place within reach."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.warp import resize_flow, without_specks

# Small windows see small things, but are more easily talked into a chance likeness far away.
_WINDOW = 3  # places each way that are compared together
_CODE = 255 / 120  # of an appearance in a byte; differences beyond 120 count the same
_FARNESS = 0.3 * _CODE * _WINDOW**2  # cost of a displacement, for each place
_NUMBERED = 16  # displacements whose costs carry their number, so that one pass finds the least and which it is


def far_search(first: np.ndarray, last: np.ndarray, down: int = 8, reach: int = 20) -> np.ndarray:
    """Compare every place with every place within reach, on pictures small enough to afford it.

    first, last: (h, w, c) appearances. down: how many times smaller. reach: displacement in small pixels.
    Returns: (h, w, 2) float32, exact to about `down` pixels: a start for a finer search.
    """
    height, width = first.shape[:2]
    columns, rows = max(width // down, 8), max(height // down, 8)
    near, far = (_codes(picture, columns, rows) for picture in (first, last))
    reach = min(reach, max(columns, rows) // 3)
    near, far = (_widened(codes, _WINDOW // 2 + more) for codes, more in ((near, 0), (far, reach)))
    shifts = np.arange(-reach, reach + 1)
    least = _least_costs(near, far, shifts)[..., :rows, :columns]
    found = shifts[_least_displacement(least)].astype(np.float32)
    return resize_flow(without_specks(found, 3), height, width)


def _codes(look: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """(rows, columns, c) uint8 of a (h, w, c) appearance: bytes are compared many times as fast as floats."""
    import cv2

    small = cv2.resize(look, (columns, rows), interpolation=cv2.INTER_AREA) * np.float32(_CODE)
    small[..., 0] += 128  # detail has both signs
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


def _widened(plane: np.ndarray, by: int) -> np.ndarray:
    """(h, w, c) with the border's pixels going on, `by` to each side."""
    return np.pad(plane, ((by, by), (by, by), (0, 0)), mode="edge")


def _least_costs(near: np.ndarray, far: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """(groups of dx, dy, h, w) uint16: the least cost in each group, and in its last four bits the dx that has it.

    near: (h, w, c) uint8. far: with as much more on each side as `shifts` go.
    """
    import cv2

    tall, wide = near.shape[:2]
    # (dx, places) for each channel, laid out at length once: the loop then runs over whole blocks of bytes.
    own = [np.repeat(plane.reshape(1, -1), len(shifts), axis=0) for plane in cv2.split(near)]
    slid = [_slid(plane, wide) for plane in cv2.split(far)]
    groups = range(0, len(shifts), _NUMBERED)
    number = np.arange(len(shifts), dtype=np.uint16) % _NUMBERED
    least = np.empty((len(groups), len(shifts), tall * wide), np.uint16)
    cost, apart = np.zeros_like(own[0]), np.empty_like(own[0])
    for row, dy in enumerate(shifts):
        there = slice(row * wide, (row + tall) * wide)
        cost[:] = 0
        for here, channel in zip(own, slid, strict=True):
            cv2.add(cost, cv2.absdiff(here, channel[:, there], apart), cost)  # bytes stop at 255
        farness = np.rint(_FARNESS * np.hypot(shifts, dy)).astype(np.uint16)
        numbered = _aggregated(cost, wide)  # in twelve bits
        numbered *= _NUMBERED
        numbered += (farness * _NUMBERED + number)[:, None]
        for group, start in enumerate(groups):
            numbered[start : start + _NUMBERED].min(axis=0, out=least[group, row])
    return least.reshape(len(groups), len(shifts), tall, wide)


def _slid(plane: np.ndarray, wide: int) -> np.ndarray:
    """(steps, height * wide): what is seen of a plane `wide` columns at a time, step by step to the right."""
    windows = np.lib.stride_tricks.sliding_window_view(plane, wide, axis=1)
    return np.ascontiguousarray(windows.transpose(1, 0, 2)).reshape(windows.shape[1], -1)


def _aggregated(cost: np.ndarray, wide: int) -> np.ndarray:
    """Sums of (dx, places) uint8 over the window that begins at each place, as uint16.

    All is added up as one line of numbers; what runs over the border of a row or a dx belongs to places cut off later.
    """
    line = cost.astype(np.uint16).ravel()
    across = line[:-2] + line[1:-1]
    across += line[2:]
    sums = line[: -2 - 2 * wide]
    np.add(across[: -2 * wide], across[wide:-wide], out=sums)
    sums += across[2 * wide :]
    return line.reshape(cost.shape)


def _least_displacement(least: np.ndarray) -> np.ndarray:
    """(h, w, 2): the numbers of the dx and the dy that cost least. least: as `_least_costs` returns it."""
    count = least.shape[1]
    flat = least.reshape(-1, *least.shape[2:])
    place = (flat // _NUMBERED).argmin(axis=0)
    number = np.take_along_axis(flat, place[None], axis=0)[0] % _NUMBERED
    return np.dstack([place // count * _NUMBERED + number, place % count])
