"""Tools: windows of their own beside the review, each declared once in ``registry``."""
