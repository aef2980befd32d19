"""Readers: files of front pages as hospitals export them -> cases, a report of every row, and a way back to the file."""
