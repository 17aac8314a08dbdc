"""What one sees: widgets that draw the document and turn gestures into calls of the session."""
