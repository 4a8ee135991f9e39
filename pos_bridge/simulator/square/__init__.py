"""Square: thin order events, full payments, counts that Square keeps by itself."""
