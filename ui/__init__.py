"""EYES AND HANDS: the workbench window. The only place that knows Qt."""
