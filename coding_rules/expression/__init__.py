"""The closed rule language of grouping schemes: parse -> check -> compile to closures. Nothing is ever given to ``eval``."""
