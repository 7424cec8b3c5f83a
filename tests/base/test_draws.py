"""The keyed draws: fixed vectors, and a statistical battery on the ways in which the model uses them.

Each statistical test asks for p > 1e-4; with some hundred tests of good numbers one would fail by chance in a hundred
changes of the mixing function.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fundflow.base.draws import Draws, Kind, mix64, pack_id, poisson_inverse, stream_key, unpack_id

LEAST = 1e-4
N = 100_000
FIRMS = pack_id(Kind.FIRM, np.arange(N) // 400 % 400, np.arange(N) % 15, np.arange(N) // 15)
IDS = {
    "small numbers": np.arange(N),
    "packed ids": FIRMS,
    "one high bit apart": np.arange(N) << 40,
    "multiples of a large odd number": np.arange(N) * 0x1E3779B97F4A7C15 % 2**62,
}

VECTOR = ["0x1.7d8655a4f1bc5p-2", "0x1.bbf1f3f1f4a5dp-2", "0x1.5573a3b752394p-1", "0x1.071789de98b34p-1"]


def uniform_enough(u: np.ndarray) -> bool:
    return bool(stats.kstest(u, "uniform").pvalue > LEAST)


# --- fixed vectors: the numbers of published runs never change ---------------------------------------------------


def test_the_mixing_function_gives_the_vectors_of_splitmix64() -> None:
    """SplitMix64 seeded with 0 gives 0xe220a8397b1dcdaf first: the finaliser applied to its increment."""
    first = mix64(np.array([0x9E3779B97F4A7C15], np.uint64))
    assert int(first[0]) == 0xE220A8397B1DCDAF
    second = mix64(np.array([2 * 0x9E3779B97F4A7C15 % 2**64], np.uint64))
    assert int(second[0]) == 0x6E789E6AA1B965F4
    assert int(mix64(np.array([0], np.uint64))[0]) == 0


def test_uniform_numbers_are_these_bits_for_ever() -> None:
    ids = np.array([0, 1, 2**40 + 7, 72_334_720_594_739_217])
    found = Draws(20210101, 3).uniform("exit", ids, period=2024, occasion=2)
    assert [float(x).hex() for x in found] == VECTOR


def test_a_draw_is_the_formula_in_plain_integers() -> None:
    """Recomputed with Python integers, without NumPy."""
    mask = 2**64 - 1

    def mix(value: int) -> int:
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & mask
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB & mask
        return value ^ (value >> 31)

    key = stream_key(9, 4, "a decision", 2031)
    for row, turn in ((0, 0), (5, 1), (2**60 + 12345, 7)):
        bits = mix((mix(row ^ key) + 0x9E3779B97F4A7C15 + turn * 0xD1B54A32D192ED03) & mask)
        wanted = ((bits >> 11) + 0.5) * 2.0**-53
        assert Draws(9, 4).uniform("a decision", row, period=2031, occasion=turn)[0] == wanted


# --- the battery -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", IDS)
def test_numbers_are_uniform_over_ids(kind: str) -> None:
    u = Draws(1, 0).uniform("battery", IDS[kind])
    assert u.min() > 0
    assert u.max() < 1
    assert uniform_enough(u)
    cells = np.bincount((u * 256).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > LEAST


@pytest.mark.parametrize("kind", IDS)
def test_low_bits_are_as_good_as_high_ones(kind: str) -> None:
    u = Draws(1, 0).uniform("battery", IDS[kind])
    low = (u * 2.0**40) % 1.0
    assert uniform_enough(low)


@pytest.mark.parametrize("kind", IDS)
def test_neighbouring_ids_are_independent(kind: str) -> None:
    u = Draws(2, 0).uniform("battery", IDS[kind])
    for lag in (1, 2, 15, 400):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4 / np.sqrt(N)
    cells = np.bincount((u[:-1] * 16).astype(int) * 16 + (u[1:] * 16).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > LEAST


def test_numbers_are_uniform_over_occasions_of_one_id() -> None:
    u = Draws(3, 0).uniform("battery", np.full(N, 12345), occasion=np.arange(N))
    assert uniform_enough(u)
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4 / np.sqrt(N)


def test_numbers_are_uniform_over_periods_replications_seeds_and_decisions() -> None:
    ways = {
        "period": [Draws(4, 0).uniform("battery", 7, period=p)[0] for p in range(4000)],
        "replication": [Draws(4, r).uniform("battery", 7)[0] for r in range(4000)],
        "seed": [Draws(s, 0).uniform("battery", 7)[0] for s in range(4000)],
        "decision": [Draws(4, 0).uniform(f"decision {d}", 7)[0] for d in range(4000)],
    }
    for name, u in ways.items():
        assert uniform_enough(np.array(u)), name
        assert len(set(u)) == 4000, name


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"period": 2021}, {"period": 2022}),
        ({"occasion": 0}, {"occasion": 1}),
        ({"occasion": 1}, {"occasion": 2}),
        ({"decision": "exit"}, {"decision": "sale"}),
        ({"replication": 0}, {"replication": 1}),
        ({"replication": -1}, {"replication": 0}),
        ({"seed": 1}, {"seed": 2}),
    ],
)
def test_two_streams_of_the_same_ids_are_independent(left: dict[str, int | str], right: dict[str, int | str]) -> None:
    def draw(seed: int = 1, replication: int = 0, decision: str = "exit", period: int = 0, occasion: int = 0):
        return Draws(seed, replication).uniform(decision, FIRMS, period=period, occasion=occasion)

    u, v = draw(**left), draw(**right)  # type: ignore[arg-type]
    assert abs(np.corrcoef(u, v)[0, 1]) < 4 / np.sqrt(N)
    cells = np.bincount((u * 16).astype(int) * 16 + (v * 16).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > LEAST
    # The sum modulo one of two independent uniforms is uniform; equal or mirrored streams fail at once.
    assert uniform_enough((u + v) % 1.0)
    assert uniform_enough((u - v) % 1.0)


def test_gaps_between_sorted_numbers_are_those_of_a_poisson_process() -> None:
    u = np.sort(Draws(5, 0).uniform("battery", FIRMS))
    assert stats.kstest(np.diff(u) * N, "expon").pvalue > LEAST


def test_no_two_ids_share_a_number() -> None:
    u = Draws(6, 0).uniform("battery", np.arange(1_000_000))
    assert len(np.unique(u)) == 1_000_000


def test_changing_one_bit_of_an_id_changes_half_of_the_bits() -> None:
    key = np.uint64(stream_key(1, 0, "battery", 0))
    rows = np.arange(2000, dtype=np.uint64)
    for bit in range(60):
        other = rows ^ np.uint64(1 << bit)
        changed = np.bitwise_count(mix64(mix64(rows ^ key)) ^ mix64(mix64(other ^ key)))
        assert abs(changed.mean() - 32) < 0.5


# --- guarantees --------------------------------------------------------------------------------------------------


def test_a_draw_does_not_depend_on_the_other_rows_or_their_order() -> None:
    draws = Draws(1, 2)
    whole = draws.uniform("x", FIRMS[:500], period=2024, occasion=np.arange(500) % 3)
    for row in (0, 17, 499):
        assert draws.uniform("x", FIRMS[row], period=2024, occasion=row % 3)[0] == whole[row]
    back = draws.uniform("x", FIRMS[:500][::-1], period=2024, occasion=(np.arange(500) % 3)[::-1])
    np.testing.assert_array_equal(back[::-1], whole)


def test_no_rows_give_no_draws() -> None:
    assert len(Draws(1, 0).uniform("x", np.empty(0, np.int64))) == 0


# --- other distributions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("normal", stats.norm()),
        ("laplace", stats.laplace(scale=1 / np.sqrt(2))),
        ("exponential", stats.expon()),
    ],
)
def test_continuous_distributions_are_the_stated_ones(name: str, law: stats.rv_continuous) -> None:
    values = getattr(Draws(8, 1), name)("law", FIRMS)
    assert stats.kstest(values, law.cdf).pvalue > LEAST
    assert values.std() == pytest.approx(1, abs=0.02)


def test_whole_numbers_and_categories_have_the_stated_frequencies() -> None:
    draws = Draws(8, 2)
    whole = np.bincount(draws.integer("law", FIRMS, 24), minlength=24)
    assert len(whole) == 24 and stats.chisquare(whole).pvalue > LEAST
    weights = np.array([0.5, 0.0, 2.0, 1.5])
    seen = np.bincount(draws.category("law", FIRMS, weights), minlength=4)
    assert seen[1] == 0
    assert stats.chisquare(seen[[0, 2, 3]], weights[[0, 2, 3]] / 4 * N).pvalue > LEAST


def test_chances_have_the_stated_frequency() -> None:
    hit = Draws(8, 3).chance("law", FIRMS, 0.03)
    assert hit.mean() == pytest.approx(0.03, abs=4 * np.sqrt(0.03 * 0.97 / N))


@pytest.mark.parametrize("mean", [0.01, 0.7, 3.0, 30.0, 1000.0])
def test_counts_are_the_inverse_of_the_poisson_distribution(mean: float) -> None:
    u = Draws(8, 4).uniform("law", FIRMS[:20_000])
    np.testing.assert_array_equal(poisson_inverse(u, mean), stats.poisson.ppf(u, mean).astype(np.int64))


@given(st.floats(1e-12, 1 - 1e-12), st.floats(0, 500), st.floats(0, 100))
def test_a_higher_mean_never_lowers_a_count(u: float, mean: float, more: float) -> None:
    low, high = poisson_inverse(np.array([u, u]), np.array([mean, mean + more]))
    assert low <= high


def test_a_mean_of_zero_gives_no_arrivals() -> None:
    assert poisson_inverse(np.array([0.999999]), 0.0).tolist() == [0]


# --- ids ---------------------------------------------------------------------------------------------------------


@given(st.sampled_from(list(Kind)), st.integers(0, 2**16 - 1), st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_ids_come_apart_as_they_were_packed(kind: Kind, period: int, zone: int, sequence: int) -> None:
    packed = pack_id(kind, period, zone, sequence)
    assert 0 < packed < 2**63
    assert [int(part) for part in unpack_id(packed)] == [kind, period, zone, sequence]


def test_ids_sort_by_kind_then_period_then_zone_then_sequence() -> None:
    parts = [(1, 0, 3, 9), (1, 0, 4, 0), (1, 252, 0, 0), (2, 0, 0, 0)]
    ids = [int(pack_id(*part)) for part in parts]
    assert all(left < right for left, right in pairwise(ids))
