"""The words by which a total is asked for, in commands and in reports; nothing heavy is imported here."""

MEASURES = ("entitlement", "award", "cash")
"""What claims would get, what a budget grants, what leaves a treasury."""
LEVELS = ("city", "district", "province")
"""Levels of government that bear money."""
BLOCKS = ("headline", "others", "assumed")
"""The bureau's own evidenced money, that of other departments, and what rests on assumed numbers."""
ALL = "all"
"""Every instrument, whatever its block."""
BEARERS = (*LEVELS, "total")
"""Who may be asked for: a level, or all together."""
