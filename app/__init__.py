"""USE CASES: what a coder does. No Qt; everything here also runs from the command line."""
