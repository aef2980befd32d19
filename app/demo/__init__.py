"""The demo month: synthetic front pages over the starter tables, with seeded errors whose truth is known.

All people, fees and stays are invented. Region codes of identity numbers, phone numbers and addresses exist nowhere.
"""

from app.demo.month import DemoMonth, Truth, generate
from app.demo.n041 import write_n041, write_truth

__all__ = ["DemoMonth", "Truth", "generate", "write_n041", "write_truth"]
