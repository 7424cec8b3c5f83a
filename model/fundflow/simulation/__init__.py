"""What happens when: the SimPy calendar and its processes (docs/processes.md)."""

from fundflow.simulation.engine import Inputs, prepare, simulate
from fundflow.simulation.options import SimulationOptions
from fundflow.simulation.response_options import ResponseOptions

__all__ = ["Inputs", "ResponseOptions", "SimulationOptions", "prepare", "simulate"]
