"""What one lesson alone needs."""
