"""The page: the simulator in one HTML file, which a browser opens without a network."""
