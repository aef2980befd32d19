"""DIP: catalogues as published, two grouping pipelines, points from history."""
