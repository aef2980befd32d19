"""The parts of the matcher: key rows, gram index, features, segments, keyboard keys, cache."""
