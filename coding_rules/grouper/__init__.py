"""DRG and DIP groupers: pure functions of (input, scheme) that return the group and the path to it."""
