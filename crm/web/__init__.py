"""The staff pages: thin doors to actions and selectors, one module per page."""
