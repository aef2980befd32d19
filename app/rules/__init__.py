"""The rule packs as the hospital runs them, and what they come to in scores and indicators."""
