"""Export: correction lists, corrected front pages, reports."""
