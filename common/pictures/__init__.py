"""Pictures of people's own as greys (PNG, JPEG, BMP, PBM, PGM, PPM), and PNG written."""
