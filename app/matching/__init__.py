"""Candidates from the tables in use, and what the hospital confirmed."""
