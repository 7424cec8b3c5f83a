"""What the user asks for: a scenario file, what it extends, what the command line sets."""

from fundflow.scenario.faults import Fault, ScenarioFaults
from fundflow.scenario.loading import load_scenario
from fundflow.scenario.schema import PolicyChoice, PopulationChoice, Scenario

__all__ = ["Fault", "PolicyChoice", "PopulationChoice", "Scenario", "ScenarioFaults", "load_scenario"]
