"""Our own word lists of the matcher: CSV and TOML, read by icd_tables.synonyms."""
