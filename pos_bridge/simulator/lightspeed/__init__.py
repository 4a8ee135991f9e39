"""Lightspeed K-Series: sales are found by asking, corrections are sales of negative quantity."""
