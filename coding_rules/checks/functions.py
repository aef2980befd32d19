"""Importing this module declares every function of the rule language (each module below registers its own)."""

from coding_rules.checks import (
    functions_codes,
    functions_lines,
    functions_selection,
    functions_values,
)

__all__ = ["functions_codes", "functions_lines", "functions_selection", "functions_values"]
