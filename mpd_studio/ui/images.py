"""Arrays to Qt images: the one place where pixels become Qt."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage, QPixmap


def image_of(pixels: np.ndarray) -> QImage:
    """An image that owns its pixels.

    pixels: (height, width, 3) RGB, (height, width, 4) RGBA straight alpha, or (height, width) grey; uint8.

    Raises:
        ValueError: another shape or dtype.
    """
    if pixels.dtype != np.uint8:
        raise ValueError(f"A picture for the eyes is uint8, got {pixels.dtype}.")
    match pixels.shape:
        case (height, width):
            form, channels = QImage.Format.Format_Grayscale8, 1
        case (height, width, 3):
            form, channels = QImage.Format.Format_RGB888, 3
        case (height, width, 4):
            form, channels = QImage.Format.Format_RGBA8888, 4
        case _:
            raise ValueError(f"A picture for the eyes is grey, RGB or RGBA, got shape {pixels.shape}.")
    packed = np.ascontiguousarray(pixels)
    # QImage only borrows the buffer, and `packed` dies with this call: so copy.
    return QImage(packed.data, width, height, width * channels, form).copy()


def pixmap_of(pixels: np.ndarray) -> QPixmap:
    """A pixmap of an array as in image_of. GUI thread only."""
    return QPixmap.fromImage(image_of(pixels))


def array_of(image: QImage) -> np.ndarray:
    """(height, width, 3) uint8 RGB, an array of its own."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height, stride = plain.width(), plain.height(), plain.bytesPerLine()
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(height, stride)
    return rows[:, : width * 3].reshape(height, width, 3).copy()
