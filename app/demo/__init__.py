"""The demo month: synthetic front pages over the starter tables, with seeded errors whose truth is known.

All people, fees and stays are invented. Region codes of identity numbers, phone numbers and addresses exist nowhere.
"""
