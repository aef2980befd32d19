"""Pictures for the manual: a window without a display, and the scenes that are taken of it."""
