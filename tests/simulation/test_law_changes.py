"""The shipped scenarios do what they say, and nothing else."""

from __future__ import annotations

import polars as pl
import pytest

from tests.simulation.runs import RND, SMALL, Ran, awarded, entitled, inputs_of, run, simulated

LONGER = ("population.size=600", "end=2030-12-31", "budget_year=2027")
# Documents that ended in 2022, with rights that run for up to four years after a contract or a recognition.
LAST_RUN_OFF = 2028


@pytest.fixture(scope="module")
def sunset() -> Ran:
    return run(*LONGER, scenario="sunset")


@pytest.fixture(scope="module")
def renewed() -> Ran:
    return run(*LONGER)


def last_days(ran: Ran) -> pl.DataFrame:
    known = ran.inputs.catalogue.instruments.values()
    return pl.DataFrame(
        [(one.id, one.expires) for one in known], schema={"instrument": pl.String, "expires": pl.Int32}, orient="row"
    )


def test_after_a_document_lapses_only_rights_already_running_are_awarded(sunset: Ran):
    claims = sunset["claims"].join(last_days(sunset), on="instrument")
    late = claims.filter(pl.col("event_day") > pl.col("expires"))
    assert late.height > 100
    assert set(late.filter(pl.col("award") > 0)["status"]) == {"run_off"}
    assert set(late["status"]) <= {"run_off", "lapsed"}
    assert late.filter(status="lapsed")["entitlement"].sum() == 0
    assert "assumed_renewed" not in set(sunset["payments"]["status"])


def test_the_run_off_ends_while_a_renewed_law_pays_on(sunset: Ran, renewed: Ran):
    ended = last_days(sunset).filter(pl.col("expires").is_not_null())["instrument"]

    def run_off(ran: Ran) -> set[int]:
        mine = ran["commitments"].filter(pl.col("instrument").is_in(ended.to_list()), awarded() > 0)
        return set(mine["year"])

    assert max(run_off(sunset)) <= LAST_RUN_OFF
    assert max(run_off(renewed)) >= 2030
    assert sunset["commitments"].filter(awarded() > 0, status="run_off").height > 0


def test_until_documents_end_a_sunset_changes_nothing(sunset: Ran, renewed: Ran):
    # What was superseded before the first day ended long ago, in both.
    ends = last_days(sunset)["expires"]
    first = ends.filter(ends >= sunset.world.start).min()
    parts = [ran["claims"].filter(pl.col("event_day") <= first).drop("stages") for ran in (sunset, renewed)]
    assert parts[0].height > 500
    assert parts[0].equals(parts[1])


def by_instrument(ran: Ran) -> dict[str, int]:
    return dict(ran["commitments"].group_by("instrument").agg(entitled().sum()).iter_rows())


RATE = ("population.size=1000", "end=2027-12-31", "budget_year=2027")


def test_a_higher_rd_rate_raises_the_rd_subsidy_from_its_first_round_and_nothing_else():
    higher, base = run(*RATE, scenario="rd-rate-25"), run(*RATE)
    keys = ["year", "instrument", "district", "status"]
    rnd = pl.col("instrument").is_in(RND)
    assert higher["commitments"].filter(~rnd).equals(base["commitments"].filter(~rnd))
    old = rnd & (pl.col("year") <= 2026)
    assert base["commitments"].filter(old).height > 30
    assert higher["commitments"].filter(old).equals(base["commitments"].filter(old))
    new = rnd & (pl.col("year") == 2027)
    rows = [ran["commitments"].filter(new).with_columns(due=entitled()).sort(keys) for ran in (higher, base)]
    assert rows[0]["due"].sum() > rows[1]["due"].sum() > 0
    assert (rows[0]["due"] >= rows[1]["due"]).all()
    assert rows[0]["due"].sum() <= 1.25 * rows[1]["due"].sum()


def test_one_to_one_changes_only_who_bears():
    keys = ["year", "instrument", "district", "status"]
    equal, base = run(*RATE, scenario="one-to-one"), run(*RATE)
    total = [
        ran["commitments"].select(*keys, "claims", "recipients", due=entitled(), got=awarded()) for ran in (equal, base)
    ]
    assert total[0].equals(total[1])
    before = pl.col("year") < 2026
    assert equal["commitments"].filter(before).equals(base["commitments"].filter(before))
    city = [ran["commitments"].filter(~before)["award_city"].sum() for ran in (equal, base)]
    assert city[0] > city[1]
    one = equal["commitments"].filter(
        ~before, pl.col("award_district") > 0, pl.col("award_city") > 0, pl.col("instrument").is_in(RND)
    )
    # Halves of a claim may differ by one fen, which the district bears.
    assert one.filter((pl.col("award_district") - pl.col("award_city")).abs() > pl.col("claims")).height == 0
    assert equal["indicators"].equals(base["indicators"])


def test_a_renewed_document_and_a_lapsed_one_can_stand_side_by_side():
    ran = simulated(inputs_of(*SMALL, 'policy.after_expiry={default="renewed","杭科资〔2020〕72号"="lapses"}'))
    late = ran["commitments"].filter(pl.col("year") == 2024, awarded() > 0)
    assert not set(late["instrument"]) & set(RND)
    assert "eaglet-recognition-grant" in set(late["instrument"])


def test_assumed_volumes_can_be_switched_off_and_nothing_else_changes():
    short = ("population.size=600", "end=2027-12-31")
    both = run(*short), run(*short, "volumes=evidenced")
    meta = both[0].inputs.instruments_meta
    assumed = {name for name, one in meta.items() if one["evidence"] == "C"}
    paid = [set(ran["commitments"].filter(entitled() > 0)["instrument"]) for ran in both]
    assert paid[0] & assumed and not paid[1] & assumed
    assert paid[0] - assumed == paid[1]
    columns = ["year", "instrument", "district", "status"]
    kept = [ran["commitments"].filter(~pl.col("instrument").is_in(sorted(assumed))).sort(columns) for ran in both]
    assert kept[0].equals(kept[1])
