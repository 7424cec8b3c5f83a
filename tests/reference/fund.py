"""The bridge-loan fund of 杭科计〔2018〕192号 as one SimPy resource that is opened every day."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Terms:
    """What the law prints about the fund (amounts in fen)."""

    size: int
    most: int
    own_share: Fraction
    free_days: int
    late_multiple: int
    fee_rate: Fraction
    day_base: int = 360
    answer_days: int = 3


@dataclass
class Member:
    """One request: a firm's loan number k that falls due."""

    firm: int
    loan: int
    applied: int
    due: int
    amount: int
    days_out: int
    renewed: bool
    state: str = "waiting"


@dataclass
class Fund:
    """Cash, reserved, lent and written off; first come, first served; the head of the line blocks."""

    terms: Terms
    pool: int = 0
    cash: int = 0
    reserved: int = 0
    lent: int = 0
    lost: int = 0
    covered: int = 0
    volume: int = 0
    interest: int = 0
    queue: list[Member] = field(default_factory=list)
    log: list[tuple[int, int, str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cash = self.cash or self.terms.size

    def request(self, need: int) -> int:
        """Article 6: at most 20 million a loan; at least a fifth of the need is the firm's own."""
        possible = need * (1 - self.terms.own_share)
        return min(self.terms.most, possible.numerator // possible.denominator)

    def apply(self, member: Member) -> None:
        self.queue.append(member)
        self.queue.sort(key=lambda m: (m.applied, m.firm, m.loan))

    def give_up(self, day: int) -> None:
        """A member that was not served on its due day leaves the day after."""
        for member in [m for m in self.queue if m.due < day]:
            member.state = "gave_up"
            self.queue.remove(member)
            self.note(member, "gave_up", day, member.amount)

    def grant(self, day: int) -> list[Member]:
        """From the head: who applied three days ago and can be served is granted; the first other blocks."""
        granted = []
        while self.queue:
            head = self.queue[0]
            if day < head.applied + self.terms.answer_days or head.amount > self.cash:
                break
            self.queue.pop(0)
            self.cash -= head.amount
            self.reserved += head.amount
            head.state = "granted"
            self.note(head, "granted", day, head.amount)
            granted.append(head)
        return granted

    def pay_out(self, member: Member) -> None:
        self.reserved -= member.amount
        self.lent += member.amount
        self.volume += member.amount
        member.state = "lent"

    def interest_of(self, principal: int, days: int, benchmark: Fraction) -> tuple[int, int]:
        """Article 7: the benchmark for the first fifteen days, three times that for the days beyond."""
        first = Fraction(principal) * benchmark * min(days, self.terms.free_days) / self.terms.day_base
        beyond = max(days - self.terms.free_days, 0)
        late = Fraction(principal) * benchmark * self.terms.late_multiple * beyond / self.terms.day_base
        return first.numerator // first.denominator, late.numerator // late.denominator

    def repay(self, member: Member, day: int, benchmark: Fraction) -> None:
        usual, late = self.interest_of(member.amount, member.days_out, benchmark)
        self.lent -= member.amount
        self.cash += member.amount
        self.interest += usual + late
        member.state = "repaid"
        self.note(member, "repaid", day, member.amount)

    def write_off(self, member: Member, day: int) -> None:
        self.lent -= member.amount
        self.lost += member.amount
        help_ = min(self.pool, member.amount)
        self.pool -= help_
        self.cash += help_
        self.covered += help_
        member.state = "written_off"
        self.note(member, "written_off", day, member.amount)

    def close_year(self) -> tuple[int, int]:
        """Article 8: the manager's fee comes out of the interest; the rest goes to the risk pool."""
        by_volume = self.volume * self.terms.fee_rate
        fee = min(by_volume.numerator // by_volume.denominator, self.interest)
        rest = self.interest - fee
        self.pool += rest
        self.volume = self.interest = 0
        return fee, rest

    def check(self) -> None:
        assert self.cash + self.reserved + self.lent + self.lost - self.covered == self.terms.size
        assert min(self.cash, self.reserved, self.lent, self.lost, self.covered, self.pool) >= 0

    def note(self, member: Member, what: str, day: int, amount: int) -> None:
        self.log.append((member.firm, member.loan, what, day, amount))
