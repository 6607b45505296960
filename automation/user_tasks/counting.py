"""When answers decide a user task. Pure: numbers in, an outcome out.

Source: `Approval counting` of Bitrix24's business processes, with the same results.
"""

from __future__ import annotations

from dataclasses import dataclass

from automation.choices import AnswerKind, CountingRule, UserTaskKind, UserTaskOutcome

_AGREEING = frozenset({AnswerKind.YES, AnswerKind.OK})


@dataclass(frozen=True, slots=True)
class Terms:
    """How a user task is counted.

    Attributes:
        kind: What it asks for.
        rule: Whose answers decide; of a question that may be refused, whose refusals.
        min_percent: More than this share of all who are asked must agree, for `vote`.
        waits_for_all: An approval is decided only when everybody voted.
    """

    kind: UserTaskKind
    rule: CountingRule = CountingRule.ALL
    min_percent: int = 0
    waits_for_all: bool = False


@dataclass(frozen=True, slots=True)
class Votes:
    """How many are asked and what they answered.

    Attributes:
        total: Everybody who is asked, whether they answered or not.
        agreed: Approvals, "read", answers to a question.
        refused: Rejections and refusals.
    """

    total: int
    agreed: int = 0
    refused: int = 0

    @classmethod
    def of(cls, total: int, answers: list[str]) -> Votes:
        """Return the votes among answers."""
        agreed = sum(answer in _AGREEING for answer in answers)
        return cls(total, agreed, len(answers) - agreed)

    @property
    def voted(self) -> int:
        """How many answered."""
        return self.agreed + self.refused

    def percent(self, count: int) -> int:
        """Return a count as a whole percentage of everybody, rounded down."""
        return count * 100 // self.total if self.total else 0


def outcome_of(terms: Terms, votes: Votes) -> UserTaskOutcome | None:
    """Return what the answers decide; None while further ones are needed."""
    match terms.kind:
        case UserTaskKind.APPROVAL:
            is_approved = _approval(terms, votes)
            if is_approved is None:
                return None
            return UserTaskOutcome.APPROVED if is_approved else UserTaskOutcome.REJECTED
        case UserTaskKind.ACKNOWLEDGEMENT:
            needed = 1 if terms.rule == CountingRule.ANY else votes.total
            return UserTaskOutcome.DONE if votes.agreed >= needed else None
        case _:
            if votes.agreed:
                return UserTaskOutcome.DONE
            needed = 1 if terms.rule == CountingRule.ANY else votes.total
            return UserTaskOutcome.REFUSED if votes.refused >= needed else None


def outcome_of_silence(kind: UserTaskKind | str) -> UserTaskOutcome:
    """Return what becomes of a task whose time limit passes."""
    match kind:
        case UserTaskKind.APPROVAL:
            return UserTaskOutcome.REJECTED
        case UserTaskKind.ACKNOWLEDGEMENT:
            return UserTaskOutcome.DONE
        case _:
            return UserTaskOutcome.EXPIRED


def _approval(terms: Terms, votes: Votes) -> bool | None:
    if terms.rule == CountingRule.ANY:
        return votes.agreed > 0 if votes.voted else None
    if terms.waits_for_all and votes.voted < votes.total:
        return None
    if terms.rule == CountingRule.ALL:
        if votes.refused:
            return False
        return True if votes.agreed >= votes.total else None
    needed = terms.min_percent * votes.total  # in hundredths of a vote
    if votes.agreed * 100 > needed:
        return True
    best = votes.total - votes.refused
    return None if best * 100 > needed else False
