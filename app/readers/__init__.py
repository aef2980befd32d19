"""Readers: a file as hospitals have it -> cases and an import report."""
