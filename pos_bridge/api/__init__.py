"""What programs may ask and say about the tills of their chain."""
