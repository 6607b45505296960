"""The people of the demo."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.actions.departments import change_department
from accounts.actions.people import UserDraft, create_user
from accounts.actor import Actor
from accounts.models import Department, Role, User

# Said aloud on purpose: the demo is to look around in, and prints its logins.
DEMO_PASSWORD = "demo"  # noqa: S105


@dataclass(frozen=True)
class Login:
    """Somebody who can sign in to the demo, and what for."""

    username: str
    words: str


LOGINS = (
    Login("admin", "administrator: sees and configures everything"),
    Login("clara.winter", "head of sales: both teams' leads and deals"),
    Login("tom.farrow", "sales representative: own leads and deals, reads the team's"),
)


@dataclass
class Staff:
    """The people by what they do."""

    sellers: list[User] = field(default_factory=list)
    recruiters: list[User] = field(default_factory=list)
    buyers: list[User] = field(default_factory=list)
    head: User | None = None


# user name, first name, last name, department, job title, role given to this person alone
_PEOPLE = (
    ("clara.winter", "Clara", "Winter", "sales", "Head of sales", "head-of-sales"),
    ("tom.farrow", "Tom", "Farrow", "sales-north", "Sales representative", ""),
    ("ines.duarte", "Ines", "Duarte", "sales-north", "Sales representative", ""),
    ("marco.galli", "Marco", "Galli", "sales-north", "Team lead North", ""),
    ("nadia.varga", "Nadia", "Varga", "sales-south", "Sales representative", ""),
    ("igor.morozov", "Игорь", "Морозов", "sales-south", "Sales representative", ""),
    ("sofia.rossi", "Sofia", "Rossi", "sales-south", "Team lead South", ""),
    ("hanna.ekholm", "Hanna", "Ekholm", "people", "Recruiter", "process-owner"),
    ("olga.lebedeva", "Ольга", "Лебедева", "people", "Recruiter", ""),
    ("karim.yates", "Karim", "Yates", "purchasing", "Buyer", ""),
)
_HEADS = {
    "sales": "clara.winter",
    "sales-north": "marco.galli",
    "sales-south": "sofia.rossi",
    "people": "hanna.ekholm",
    "purchasing": "karim.yates",
}


def make_people(*, actor: Actor) -> Staff:
    """Make the administrator and the staff; only `LOGINS` can sign in."""
    can_sign_in = {login.username for login in LOGINS}
    departments = {department.code: department for department in Department.objects.all()}
    roles = {role.code: role for role in Role._base_manager.all()}
    create_user(
        UserDraft(
            username="admin",
            first_name="Anna",
            last_name="Keller",
            email="admin@example.com",
            department=departments["company"],
            job_title="Administrator",
            password=DEMO_PASSWORD,
            is_administrator=True,
        ),
        actor=actor,
    )
    made: dict[str, User] = {}
    for username, first, last, department, job_title, role in _PEOPLE:
        draft = UserDraft(
            username=username,
            first_name=first,
            last_name=last,
            email=f"{username}@example.com",
            department=departments[department],
            job_title=job_title,
            password=DEMO_PASSWORD if username in can_sign_in else "",
        )
        made[username] = create_user(draft, actor=actor, roles=[roles[role]] if role else [])
    for code, username in _HEADS.items():
        change_department(departments[code], {"head": made[username]}, actor=actor)
    return Staff(
        sellers=[user for user in made.values() if user.job_title.startswith(("Sales", "Team"))],
        recruiters=[user for user in made.values() if user.job_title == "Recruiter"],
        buyers=[made["karim.yates"]],
        head=made["clara.winter"],
    )
