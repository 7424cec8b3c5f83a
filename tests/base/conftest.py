from __future__ import annotations

from hypothesis import settings

# Timings of the first example say how busy the machine is, nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
