"""People, departments, roles: who acts and what they may do."""
