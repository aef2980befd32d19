"""Panels of the workbench."""
