"""Add up one year's award again from the claims: python docs/check/add_up.py RUN YEAR."""

import sys

import polars as pl

run, year = sys.argv[1], int(sys.argv[2])
claims = pl.read_parquet(f"{run}/claims.parquet").filter(pl.col("award_day").dt.year() == year)
first = pl.read_parquet(f"{run}/commitments/*.parquet").filter(pl.col("replication") == 0, pl.col("year") == year)
for column, mine in (("award_city", "city"), ("award_district", "district_fen")):
    print(column, claims[mine].sum(), "fen from claims;", first[column].sum(), "fen in the run folder")
