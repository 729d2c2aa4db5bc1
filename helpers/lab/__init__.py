"""What shows it."""
