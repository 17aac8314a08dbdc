"""What makes the frames: engine, quality, seed, and the engine's own options."""

from __future__ import annotations

import random
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from mpd_studio.core.inbetween import Quality
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.panels.engine_options import CAPTION_UNITS, EngineOptions
from mpd_studio.ui.panels.option_fields import elide_to_fit
from mpd_studio.ui.pieces import IconButton, inset_text, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_MOST = 2**31 - 1


class EngineSettings(QWidget):
    """Changes the session's plan. Engines that cannot run here say why in their tool tip."""

    def __init__(self, session: Session, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        unit = metrics_for(self.font()).unit
        self.engine_box = QComboBox()
        self.engine_box.setAccessibleName(tr("Engine"))
        elide_to_fit(self.engine_box)
        self.quality = QComboBox()
        self.quality.setAccessibleName(tr("Quality"))
        self.quality.setToolTip(tr("How carefully the engine works: the better, the slower."))
        for quality, text in ((Quality.DRAFT, tr("draft")), (Quality.NORMAL, tr("normal")), (Quality.BEST, tr("best"))):
            self.quality.addItem(text, quality)
        self.seed = QSpinBox(minimum=0, maximum=_MOST)
        self.seed.setAccessibleName(tr("Seed"))
        self.seed.setToolTip(tr("The same seed makes the same frames again."))
        self.seed.setKeyboardTracking(False)
        self.seed.setMinimumWidth(20 * unit)
        inset_text(self.seed)
        self._dice = IconButton("dice", tr("Another seed"), tr("Pick another seed."))
        self._summary = label("", "caption", wraps=True)
        seed_line = QWidget()
        line = QHBoxLayout(seed_line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(unit)
        line.addWidget(self.seed, 1)
        line.addWidget(self._dice)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(unit)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in ((tr("Engine"), self.engine_box), (tr("Quality"), self.quality), (tr("Seed"), seed_line)):
            caption = label(text, "quiet")
            caption.setFixedWidth(CAPTION_UNITS * unit)
            form.addRow(caption, field)
        form.addRow(self._summary)
        self.options = EngineOptions(session, table.action("window.weights").trigger)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addLayout(form)
        column.addWidget(self.options)
        self.engine_box.activated.connect(self._on_engine)
        self.quality.activated.connect(self._on_quality)
        self.seed.valueChanged.connect(self._on_seed)
        self._dice.clicked.connect(self._on_dice)
        session.generator.plan_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        plan, engines = self._session.generator.plan, self._session.generator.engines()
        if [self.engine_box.itemData(i) for i in range(self.engine_box.count())] != [info.id for info in engines]:
            self._fill(engines)
        self.engine_box.setCurrentIndex(next((i for i, info in enumerate(engines) if info.id == plan.engine_id), -1))
        chosen = next((info for info in engines if info.id == plan.engine_id), None)
        self._summary.setText(chosen.summary if chosen else "")
        self.engine_box.setToolTip(chosen.problem or chosen.summary if chosen else "")
        self.quality.setCurrentIndex(list(Quality).index(plan.quality))
        self.seed.blockSignals(True)
        self.seed.setValue(plan.seed)
        self.seed.blockSignals(False)

    def _fill(self, engines: tuple) -> None:
        self.engine_box.clear()
        for info in engines:
            self.engine_box.addItem(info.title, info.id)
            row = self.engine_box.count() - 1
            self.engine_box.setItemData(row, info.problem or info.summary, Qt.ItemDataRole.ToolTipRole)
            model = self.engine_box.model()
            if info.problem and isinstance(model, QStandardItemModel):
                model.item(row).setEnabled(False)

    def _on_engine(self) -> None:
        self._session.generator.choose_engine(self.engine_box.currentData())

    def _on_quality(self) -> None:
        generator = self._session.generator
        generator.set_plan(replace(generator.plan, quality=self.quality.currentData()))

    def _on_seed(self, seed: int) -> None:
        generator = self._session.generator
        generator.set_plan(replace(generator.plan, seed=seed))

    def _on_dice(self) -> None:
        self.seed.setValue(random.randint(0, 99_999))
