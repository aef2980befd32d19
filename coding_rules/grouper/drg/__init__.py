"""DRG: schemes as data, the grouper with its path, weights and what they come to."""
