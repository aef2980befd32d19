"""OPINIONS: what is right, from when and by whose authority. Checks, groupers and settlement; no files, no screen."""
