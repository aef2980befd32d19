"""The session file (``.ccqa``): one piece of work in one file, one writer."""
