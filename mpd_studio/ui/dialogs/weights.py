"""Weights: which there are, in which state and on which terms, and what can be done about it.

It stands beside the desk and blocks nothing: what takes long runs as a job, which the status line shows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.session.session import Session
from mpd_studio.session.weights_work import SeenWeights, State, Token
from mpd_studio.ui.dialogs.add_weights import AddWeightsDialog
from mpd_studio.ui.dialogs.licence import LicenceDialog
from mpd_studio.ui.dialogs.weights_facts import WeightsFacts, state_word
from mpd_studio.ui.panels.two_column_delegate import ASIDE, TwoColumnDelegate
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_NAME = int(Qt.ItemDataRole.UserRole)


class WeightsDialog(QDialog):
    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Weights"))
        self._desk = desk = session.weights
        self._named = session.named_weights
        unit = metrics_for(self.font()).unit
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Weights"))
        self.list.setItemDelegate(TwoColumnDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.facts = WeightsFacts()
        self.token = QLineEdit(placeholderText=tr("only if you are not logged in on this machine"))
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setAccessibleName(tr("Token"))
        self.token.setToolTip(
            tr("From https://huggingface.co/settings/tokens. It is used for this download and kept nowhere.")
        )
        self._token_line = _line(unit, label(tr("Token"), "quiet"), self.token)
        self._build_buttons()
        self.overruled = label("", wraps=True)
        self.overruled.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._overruled_line = _line(unit, self.overruled, self.use_setting)
        right = QVBoxLayout()
        right.setSpacing(3 * unit)
        right.addWidget(self.facts, 1)
        right.addWidget(self._token_line)
        right.addWidget(self._overruled_line)
        right.addLayout(self._button_grid(unit))
        left = QVBoxLayout()
        left.setSpacing(2 * unit)
        left.addWidget(self.list, 1)
        left.addWidget(self.add)
        halves = QHBoxLayout()
        halves.setSpacing(4 * unit)
        halves.addLayout(left, 2)
        halves.addLayout(right, 3)
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        closing.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Return downloads, or nothing
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit)
        column.setSpacing(3 * unit)
        column.addLayout(halves, 1)
        column.addWidget(closing)
        self.resize(190 * unit, 120 * unit)
        self.list.currentItemChanged.connect(self._show)
        self.token.returnPressed.connect(self._get)
        desk.changed.connect(self._fill)
        session.generator.plan_changed.connect(self._show)
        desk.look()
        self._fill()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def states(self) -> dict[str, str]:
        """What the list says of each."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return {item.data(_NAME): item.data(ASIDE) for item in items}

    def select(self, name: str) -> None:
        for row in range(self.list.count()):
            if self.list.item(row).data(_NAME) == name:
                self.list.setCurrentRow(row)

    def _build_buttons(self) -> None:
        self.get = _button(tr("Get…"), self._get)
        self.stop = _button(tr("Stop"), self._stop, tr("Stop this work. What has been downloaded is kept."))
        self.verify = _button(tr("Verify"), self._verify, tr("Read every byte and compare it with what was published."))
        self.repair = _button(tr("Repair"), self._repair, tr("Verify, and download again only what is wrong."))
        self.open_folder = _button(tr("Open folder"), self._open, tr("Show the files in the system's file manager."))
        self.use = _button(tr("Use"), self._use)
        self.use_setting = _button(
            tr("Use the setting"), self._use_setting, tr("Name no weights in the inspector any more.")
        )
        self.convert = _button(tr("Convert"), self._convert)
        self._buttons = (self.get, self.stop, self.use, self.verify, self.repair, self.convert, self.open_folder)
        self.add = _button(tr("Add folder…"), self._add, tr("Take over weights that are on this machine already."))

    def _button_grid(self, unit: int) -> QGridLayout:
        """Three beside each other, so that a narrow window shows all of them."""
        grid = QGridLayout()
        grid.setSpacing(2 * unit)
        for index, button in enumerate(self._buttons):
            grid.addWidget(button, index // 3, index % 3)
        return grid

    def _fill(self) -> None:
        rows, chosen = self._desk.rows, self._name()
        if [self.list.item(i).data(_NAME) for i in range(self.list.count())] != [row.name for row in rows]:
            self.list.blockSignals(True)
            self.list.clear()
            for row in rows:
                item = QListWidgetItem(row.label)
                item.setData(_NAME, row.name)
                self.list.addItem(item)
            self.list.setCurrentRow(max(0, [row.name for row in rows].index(chosen) if self._known(chosen) else 0))
            self.list.blockSignals(False)
        for index, row in enumerate(rows):
            item = self.list.item(index)
            word = state_word(row, self._desk.job(row.name) is not None)
            is_used = self._is_used(row)
            item.setData(ASIDE, tr("in use") if is_used and row.is_usable else word)
            item.setToolTip(f"{row.title if row.licence else row.path}: {word}")
        self._show()

    def _show(self) -> None:
        row = self._row()
        self.facts.setVisible(row is not None)
        is_busy = row is not None and self._desk.job(row.name) is not None
        for button, why in self._reasons(row, is_busy):
            button.setEnabled(not why)
        if row is None:
            self._token_line.hide()
            self._overruled_line.hide()
            return
        is_used = self._is_used(row)
        self.facts.show_weights(row, is_busy, is_used, self._desk.outcome(row.name))
        self._token_line.setVisible(row.is_gated and row.state is not State.PRESENT)
        named = self._named.of(row.engine_id)
        self._overruled_line.setVisible(named not in ("", self._desk.used(row.engine_id)))
        text = tr("The inspector names {name} for this engine, which comes before what is used here.")
        self.overruled.setText(text.format(name=PurePath(named).name))
        self.overruled.setToolTip(named)
        self.get.setText(_get_title(row))
        self.get.setToolTip(
            tr("Read the terms and agree.") if not row.is_agreed else tr("Download what is not here yet.")
        )
        self.use.setText(tr("Use by itself") if is_used else tr("Use"))
        self.convert.setToolTip(self._convert_tip(row))
        self.use.setToolTip(
            tr("Take the first weights that are there again.")
            if is_used
            else tr("The engine takes these, unless it is told others.")
        )

    def _convert_tip(self, row: SeenWeights) -> str:
        if row.can_be_converted:
            return tr("Make safetensors of the pickles, once: they load faster and can hold no code.") + (
                tr(" The pickles are deleted when all are made.") if row.is_in_models else tr(" Your folder stays.")
            )
        return tr(
            "Only for weights that came as pickles, as those of Motion-I2V do, once they are whole and agreed to."
        )

    def _reasons(self, row: SeenWeights | None, is_busy: bool) -> tuple[tuple[QPushButton, bool], ...]:
        """Each button, and whether it has nothing to do now."""
        if row is None:
            return tuple((button, True) for button in self._buttons)
        is_here = row.state is not State.MISSING
        return (
            (self.get, is_busy or row.is_usable or row.licence is None),
            (self.stop, not is_busy),
            (self.verify, is_busy or not is_here),
            (self.repair, is_busy or not (row.can_be_downloaded and is_here)),
            (self.open_folder, not is_here),
            (self.use, not self._is_used(row) and not row.is_usable),
            (self.convert, is_busy or not row.can_be_converted),
        )

    def _is_used(self, row: SeenWeights) -> bool:
        return row.name == self._desk.used(row.engine_id)

    def _name(self) -> str:
        item = self.list.currentItem()
        return item.data(_NAME) if item is not None else ""

    def _known(self, name: str) -> bool:
        return self._desk.row(name) is not None

    def _row(self) -> SeenWeights | None:
        return self._desk.row(self._name())

    def _agreed(self, row: SeenWeights, then: Callable[[], None]) -> None:
        """Shows the terms, where nobody has agreed to them yet, and goes on when the user does."""
        if row.is_agreed:
            then()
            return
        dialog = LicenceDialog(row, self)
        dialog.accepted.connect(lambda: self._desk.agree(row.name, then))
        dialog.open()

    def _take_token(self) -> Token:
        """It leaves the field with the download that it is for."""
        token = Token(self.token.text().strip())
        self.token.clear()
        return token

    def _get(self) -> None:
        row = self._row()
        if row is not None and self.get.isEnabled():
            self._agreed(row, lambda: self._download(row))

    def _download(self, row: SeenWeights) -> None:
        if row.state is not State.PRESENT:
            self._desk.get(row.name, self._take_token())

    def _repair(self) -> None:
        row = self._row()
        if row is not None:
            self._agreed(row, lambda: self._mend(row))

    def _mend(self, row: SeenWeights) -> None:
        self._desk.repair(row.name, self._take_token())

    def _convert(self) -> None:
        self._desk.convert(self._name())

    def _verify(self) -> None:
        self._desk.verify(self._name())

    def _stop(self) -> None:
        self._desk.cancel(self._name())

    def _use(self) -> None:
        row = self._row()
        if row is not None:
            self._desk.use("" if self._is_used(row) else row.name, row.engine_id)

    def _use_setting(self) -> None:
        row = self._row()
        if row is not None:
            self._named.leave_to_setting(row.engine_id)
            self._show()

    def _open(self) -> None:
        row = self._row()
        if row is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.path)))

    def _add(self) -> None:
        AddWeightsDialog(self._desk, self).open()


def _get_title(row: SeenWeights) -> str:
    if row.state is State.PRESENT and not row.is_agreed:
        return tr("Terms…")
    return tr("Go on…") if row.state is State.PARTIAL else tr("Get…")


def _button(text: str, call: Callable[[], None], tip: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)  # Return in the token's field is for the field
    button.setToolTip(tip)
    button.clicked.connect(lambda: call())
    return button


def _line(unit: int, *parts: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2 * unit)
    for part in parts:
        row.addWidget(part)
    return line
