"""What pages ask: runs, to-dos, notifications."""
