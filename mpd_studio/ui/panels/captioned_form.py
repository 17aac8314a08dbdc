"""Fields of a panel below each other, their captions in one column."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QWidget

from mpd_studio.ui.pieces import inset_text, label


def captioned_form(unit: int, caption_units: int, *rows: tuple[str, QWidget]) -> QWidget:
    """unit: pixels of the theme's grid. caption_units: least width of the captions, in those."""
    page = QWidget()
    form = QFormLayout(page)
    form.setContentsMargins(0, 0, 0, 0)
    form.setSpacing(unit)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for text, field in rows:
        caption = label(text, "quiet")
        caption.setMinimumWidth(caption_units * unit)
        caption.setBuddy(field)
        form.addRow(caption, field)
    return page


def number_field(least: float, most: float, name: str, tip: str, suffix: str, step: float = 1.0) -> QDoubleSpinBox:
    """Tells a value when it has been typed to its end, not after every digit."""
    box = QDoubleSpinBox(decimals=1, minimum=least, maximum=most, singleStep=step, suffix=suffix)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setKeyboardTracking(False)
    inset_text(box)
    return box
