"""Checks: rule packs as data, the predicate language, the engine."""
