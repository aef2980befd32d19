"""DRG schemes and weight tables as people bring and keep them, compared and worked out from history."""
