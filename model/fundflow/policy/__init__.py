"""What the law says: instruments as data, their conditions, and the claim chain that turns claims into awards."""

from fundflow.policy.catalogue import Catalogue, load_catalogue
from fundflow.policy.chain import settle
from fundflow.policy.conditions import ConditionSet
from fundflow.policy.faults import CatalogueFaults, MissingFacts
from fundflow.policy.funds import Fund
from fundflow.policy.instrument import Instrument
from fundflow.policy.outcome import Batch, Level, Outcome, Reason, Status
from fundflow.policy.totals import Totals

__all__ = [
    "Batch", "Catalogue", "CatalogueFaults", "ConditionSet", "Fund", "Instrument", "Level", "MissingFacts",
    "Outcome", "Reason", "Status", "Totals", "load_catalogue", "settle",
]  # fmt: skip
