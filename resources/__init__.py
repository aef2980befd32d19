"""Bytes: icons, styles, templates, the demo month. Imports nothing of ours."""
