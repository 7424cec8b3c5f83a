"""Print every claim of one claimant with its stages: python docs/check/follow.py RUN CLAIMANT."""

import sys
from pathlib import Path

import polars as pl

run, claimant = Path(sys.argv[1]), int(sys.argv[2])
claims = pl.read_parquet(run / "claims.parquet").filter(pl.col("claimant") == claimant).sort("event_day", "instrument")
for claim in claims.iter_rows(named=True):
    print(f"{claim['event_day']}  {claim['instrument']}  awarded {claim['award_day']}  {claim['status']}")
    for stage in claim["stages"]:
        print(f"    {stage['stage']:<10}{stage['amount'] / 100:>16,.2f}  {stage['reason']}")
    city, district = claim["city"] / 100, claim["district_fen"] / 100
    print(f"    award {claim['award'] / 100:,.2f} = city {city:,.2f} + {claim['district']} {district:,.2f}")
