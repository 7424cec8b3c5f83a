"""What happens when: the SimPy calendar and its processes (docs/processes.md)."""

from fundflow.simulation.engine import Inputs, prepare, simulate
from fundflow.simulation.options import SimulationOptions

__all__ = ["Inputs", "SimulationOptions", "prepare", "simulate"]
