"""DIP catalogues, region profiles and the money: kept, edited, settled, reconciled."""
