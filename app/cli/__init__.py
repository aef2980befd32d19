"""Command line: the same work as the window, without a screen."""
