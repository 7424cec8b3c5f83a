"""The run folder: what a run writes, and how others read it. Nothing here simulates."""

from fundflow.results.files import FolderInUse, held, sha256
from fundflow.results.reader import NoRun, Run, open_run
from fundflow.results.schema import (
    INDICATORS,
    PART_SIZE,
    TABLES,
    TableFault,
    frame_of,
    schema_of,
    stage_lists,
)
from fundflow.results.summary import summarise
from fundflow.results.writer import OtherRun, RunWriter, write_replication

__all__ = [
    "INDICATORS", "PART_SIZE", "TABLES", "FolderInUse", "NoRun", "OtherRun", "Run", "RunWriter", "TableFault",
    "frame_of", "held", "open_run", "schema_of", "sha256", "stage_lists", "summarise", "write_replication",
]  # fmt: skip
