"""From "something happened" to moves and decisions."""
