"""People, departments, roles and the stamps of what processes keep in memory."""

from accounts.models.departments import Department
from accounts.models.roles import Role, RoleAssignment
from accounts.models.stamps import Stamp
from accounts.models.users import User

__all__ = ["Department", "Role", "RoleAssignment", "Stamp", "User"]
