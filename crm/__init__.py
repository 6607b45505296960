"""The product: leads, deals, contacts, companies and the staff pages."""
