"""FACTS: which codes exist, what they are called, in which edition, and how editions map to each other.

Bottom of the house: imports nothing of ours. Files people bring are opened in ``app`` and handed here as rows.
"""
