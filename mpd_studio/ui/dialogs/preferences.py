"""Preferences: every change counts at once; there is nothing to confirm."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.core.inbetween import Quality
from mpd_studio.core.settings import help_text
from mpd_studio.session.session import Session
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class PreferencesDialog(QDialog):
    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Preferences"))
        self._session = session
        grid = metrics_for(self.font())
        settings = session.preferences.settings
        form = QFormLayout()
        form.setSpacing(2 * grid.unit)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        themes = ((tr("dark"), "dark"), (tr("light"), "light"))
        engines = tuple((info.title, info.id) for info in session.generator.engines())
        qualities = tuple((tr(quality.value), quality.value) for quality in Quality)
        formats = tuple((info.title, info.id) for info in session.exporter.exporters())
        self.theme = self._choice("theme", themes, settings.theme)
        form.addRow(tr("Theme"), self.theme)
        form.addRow(tr("Engine of new gaps"), self._choice("engine_id", engines, settings.engine_id))
        form.addRow(tr("Quality"), self._choice("quality", qualities, settings.quality))
        form.addRow(tr("Export format"), self._choice("export_format", formats, settings.export_format))
        memory = QSpinBox(minimum=64, maximum=65536, singleStep=64, suffix=tr(" MiB"), value=settings.cache_mib)
        memory.setKeyboardTracking(False)
        memory.setToolTip(tr(help_text("cache_mib")))
        memory.valueChanged.connect(lambda value: session.preferences.set(cache_mib=value))
        form.addRow(tr("Memory for frames"), memory)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * grid.unit, 4 * grid.unit, 4 * grid.unit, 4 * grid.unit)
        column.setSpacing(3 * grid.unit)
        column.addLayout(form)
        for name, text, value in (
            ("drafts_enabled", tr("Make a draft by itself when a gap is selected"), settings.drafts_enabled),
            ("keep_engine_loaded", tr("Keep the model loaded between generations"), settings.keep_engine_loaded),
            ("reopen_last", tr("Open the last project at start"), settings.reopen_last),
            ("reduced_motion", tr("Reduced motion"), settings.reduced_motion),
        ):
            column.addWidget(self._switch(name, text, value))
        column.addWidget(label(tr("Changes count at once."), "caption"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(100 * grid.unit)

    def _choice(self, name: str, entries: tuple[tuple[str, str], ...], value: str) -> QComboBox:
        box = QComboBox()
        for text, data in entries:
            box.addItem(text, data)
        box.setCurrentIndex(box.findData(value))
        box.setToolTip(tr(help_text(name)))
        box.setAccessibleName(tr(help_text(name)))
        box.activated.connect(lambda: self._set(name, box.currentData()))
        return box

    def _switch(self, name: str, text: str, value: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setChecked(value)
        box.setToolTip(tr(help_text(name)))
        box.toggled.connect(lambda is_on: self._set(name, is_on))
        return box

    def _set(self, name: str, value: Any) -> None:
        self._session.preferences.set(**{name: value})
