"""The terms of weights, and whether the user agrees to them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from mpd_studio.session.weights_work import SeenWeights
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class LicenceDialog(QDialog):
    """accepted(): the user agreed."""

    def __init__(self, weights: SeenWeights, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Terms of {name}").format(name=weights.label))
        unit = metrics_for(self.font()).unit
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit)
        column.setSpacing(3 * unit)
        column.addWidget(label(weights.title, "title", wraps=True))
        column.addWidget(label(_lead(weights), wraps=True))
        self.terms = QPlainTextEdit(terms_text(weights), readOnly=True)
        self.terms.setAccessibleName(tr("Terms"))
        column.addWidget(self.terms, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.agree: QPushButton = buttons.addButton(tr("I agree"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.agree.setToolTip(tr("Your consent is kept, with today's date, beside the weights."))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.resize(150 * unit, 120 * unit)
        self.terms.setFocus(Qt.FocusReason.OtherFocusReason)


def terms_text(weights: SeenWeights) -> str:
    """What the terms come to, where they stand, and the text itself where it lies beside the weights."""
    parts = []
    if weights.licence is not None:
        parts.append(weights.licence.terms.replace("\n  ", " "))  # the window breaks the lines
        parts.append(tr("The text: {url} and {page}").format(url=weights.licence.url, page=weights.page))
    if weights.licence_text:
        head = [tr("The file that came with the weights:")] if parts else []
        parts += [*head, weights.licence_text]
    return "\n\n".join(parts)


def _lead(weights: SeenWeights) -> str:
    name = weights.licence.name if weights.licence is not None else ""
    return tr("These weights come under the {licence}.").format(licence=name)
