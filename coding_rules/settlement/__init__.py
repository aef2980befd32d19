"""Money: dated regional profiles, points, rate bands, amounts, each figure with its formula."""
