"""Counting answers: a table of what decides and what does not."""

from __future__ import annotations

import pytest

from automation.choices import CountingRule, UserTaskKind, UserTaskOutcome
from automation.user_tasks.counting import Terms, Votes, outcome_of, outcome_of_silence

APPROVED, REJECTED = UserTaskOutcome.APPROVED, UserTaskOutcome.REJECTED
DONE, REFUSED = UserTaskOutcome.DONE, UserTaskOutcome.REFUSED
ALL, ANY, VOTE = CountingRule.ALL, CountingRule.ANY, CountingRule.VOTE


@pytest.mark.parametrize(
    ("rule", "waits", "percent", "votes", "outcome"),
    [
        # all: until somebody rejects, or all agree
        (ALL, False, 0, (3, 2, 0), None),
        (ALL, False, 0, (3, 3, 0), APPROVED),
        (ALL, False, 0, (3, 0, 1), REJECTED),
        (ALL, False, 0, (3, 2, 1), REJECTED),
        (ALL, True, 0, (3, 0, 1), None),
        (ALL, True, 0, (3, 2, 0), None),
        (ALL, True, 0, (3, 2, 1), REJECTED),
        (ALL, True, 0, (3, 3, 0), APPROVED),
        (ALL, False, 0, (1, 1, 0), APPROVED),
        # any: the first vote
        (ANY, False, 0, (3, 0, 0), None),
        (ANY, False, 0, (3, 1, 0), APPROVED),
        (ANY, False, 0, (3, 0, 1), REJECTED),
        (ANY, True, 0, (3, 1, 0), APPROVED),
        # vote: more than the share of everybody who is asked
        (VOTE, False, 50, (4, 2, 0), None),
        (VOTE, False, 50, (4, 2, 1), None),
        (VOTE, False, 50, (4, 3, 0), APPROVED),
        (VOTE, False, 50, (4, 2, 2), REJECTED),
        (VOTE, False, 50, (4, 1, 2), REJECTED),
        (VOTE, False, 50, (4, 0, 1), None),
        (VOTE, False, 50, (3, 2, 0), APPROVED),
        (VOTE, False, 66, (3, 2, 0), APPROVED),
        (VOTE, False, 67, (3, 2, 0), None),
        (VOTE, False, 67, (3, 2, 1), REJECTED),
        (VOTE, False, 67, (3, 0, 1), REJECTED),
        (VOTE, False, 0, (5, 1, 0), APPROVED),
        (VOTE, False, 0, (5, 0, 4), None),
        (VOTE, False, 0, (5, 0, 5), REJECTED),
        (VOTE, True, 50, (4, 3, 0), None),
        (VOTE, True, 50, (4, 1, 2), None),
        (VOTE, True, 50, (4, 3, 1), APPROVED),
        (VOTE, True, 50, (4, 2, 2), REJECTED),
    ],
)
def test_approval_is_counted(
    rule: CountingRule,
    *,
    waits: bool,
    percent: int,
    votes: tuple[int, int, int],
    outcome: UserTaskOutcome | None,
) -> None:
    terms = Terms(UserTaskKind.APPROVAL, rule, percent, waits)

    assert outcome_of(terms, Votes(*votes)) == outcome


@pytest.mark.parametrize(
    ("kind", "rule", "votes", "outcome"),
    [
        (UserTaskKind.ACKNOWLEDGEMENT, ALL, (2, 1, 0), None),
        (UserTaskKind.ACKNOWLEDGEMENT, ALL, (2, 2, 0), DONE),
        (UserTaskKind.ACKNOWLEDGEMENT, ANY, (2, 0, 0), None),
        (UserTaskKind.ACKNOWLEDGEMENT, ANY, (2, 1, 0), DONE),
        (UserTaskKind.INFORMATION, ANY, (2, 0, 0), None),
        (UserTaskKind.INFORMATION, ANY, (2, 1, 0), DONE),
        (UserTaskKind.INFORMATION_OR_REFUSAL, ALL, (2, 0, 1), None),
        (UserTaskKind.INFORMATION_OR_REFUSAL, ALL, (2, 1, 1), DONE),
        (UserTaskKind.INFORMATION_OR_REFUSAL, ALL, (2, 0, 2), REFUSED),
        (UserTaskKind.INFORMATION_OR_REFUSAL, ANY, (2, 0, 1), REFUSED),
    ],
)
def test_other_answers_are_counted(
    kind: UserTaskKind,
    rule: CountingRule,
    votes: tuple[int, int, int],
    outcome: UserTaskOutcome | None,
) -> None:
    assert outcome_of(Terms(kind, rule), Votes(*votes)) == outcome


def test_percentages_are_whole_numbers_of_everybody() -> None:
    votes = Votes(3, agreed=2, refused=0)

    assert (votes.voted, votes.percent(votes.agreed), votes.percent(votes.refused)) == (2, 66, 0)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (UserTaskKind.APPROVAL, REJECTED),
        (UserTaskKind.ACKNOWLEDGEMENT, DONE),
        (UserTaskKind.INFORMATION, UserTaskOutcome.EXPIRED),
        (UserTaskKind.INFORMATION_OR_REFUSAL, UserTaskOutcome.EXPIRED),
    ],
)
def test_silence_has_an_outcome(kind: UserTaskKind, outcome: UserTaskOutcome) -> None:
    assert outcome_of_silence(kind) == outcome
