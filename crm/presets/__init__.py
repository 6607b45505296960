"""Ready-made record types to begin with, one solution file each."""
