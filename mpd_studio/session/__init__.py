"""The open project: document with history, selection, jobs turned into edits. Qt without widgets."""
