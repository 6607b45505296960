"""What triggers wait for: one kind, one class, one file."""
