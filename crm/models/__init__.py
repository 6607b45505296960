"""The typed columns of the records that the product ships."""

from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.deals import Deal
from crm.models.leads import Lead

__all__ = ["Company", "Contact", "Deal", "Lead"]
