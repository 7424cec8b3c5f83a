"""Order statistics: every bound is an observed value, and covers at its rate whatever the distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from fundflow.base.draws import Draws
from fundflow.base.order import band, band_error, least_for, quantile, share_of


def sample(number: int, n: int) -> np.ndarray:
    """A skew sample whose quantiles are known: exp(normal), in millions."""
    return (1e6 * np.exp(Draws(3, number).normal("sample", np.arange(n)))).astype(np.int64)


def test_a_quantile_is_the_value_under_which_one_more_outcome_lies_at_that_rate() -> None:
    found = quantile(np.arange(1, 40), 0.975)
    # 39 values: one more lies under the largest with probability 39/40 = 0.975.
    assert (found.value, found.high) == (39, None)
    assert quantile(np.arange(1, 39), 0.975).value is None
    # Of 99 values the 90th of 100 gaps.
    assert quantile(np.arange(1, 100), 0.9).value == 90


def test_the_interval_of_a_quantile_holds_the_binomial_ranks() -> None:
    found = quantile(np.arange(1, 201), 0.9)
    # P(B < low) <= 2.5 % and P(B >= high) <= 2.5 % for B binomial (200, 0.9).
    assert found.low is not None and found.high is not None
    assert binom.cdf(found.low - 1, 200, 0.9) <= 0.025 < binom.cdf(found.low, 200, 0.9)
    assert binom.sf(found.high - 1, 200, 0.9) <= 0.025 < binom.sf(found.high - 2, 200, 0.9)


def test_what_a_sample_is_too_small_for_is_left_out_and_the_least_sample_named() -> None:
    found = quantile(np.arange(40), 0.975)
    # The largest of n passes the quantile with confidence 97.5 % once 0.975^n <= 0.025: n = 146.
    assert found.high is None and found.needed == 146
    assert quantile(np.arange(146), 0.975).high == 145
    assert quantile(np.arange(145), 0.975).high is None


def test_a_band_needs_as_many_replications_as_its_tails_have_values() -> None:
    # One more of 19 + 1 values lies under the least with probability 1/20.
    assert (least_for(0.8), least_for(0.9), least_for(0.95)) == (9, 19, 39)
    low, high = band(np.arange(1, 100)[:, None], 0.9)
    assert (low[0], high[0]) == (5, 95)  # 90 of the 100 gaps lie between them
    with pytest.raises(ValueError, match="needs at least 19 replications, not 18"):
        band(np.zeros((18, 1)), 0.9)


def test_the_error_of_an_edge_is_half_its_interval() -> None:
    paths = np.arange(1, 201)[:, None]
    low, high = band_error(paths, 0.9)
    top = quantile(np.arange(1, 201), 0.95)
    assert top.low is not None and top.high is not None
    assert high[0] == (top.high - top.low) / 2 == low[0]
    assert np.isinf(band_error(paths[:40], 0.9)[0][0])


def test_a_share_has_clopper_and_pearsons_interval() -> None:
    found = share_of(0, 40)
    # No case in 40: the bound p solves (1 - p)^40 = 0.025.
    assert found.value == 0 and found.low == 0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 40))
    with pytest.raises(ValueError, match="at least one"):
        share_of(0, 0)


@pytest.mark.parametrize("n", [40, 200])
def test_over_many_samples_the_90_percent_band_covers_90_percent(n: int) -> None:
    covered = []
    for number in range(400):
        (low,), (high,) = band(sample(number, n)[:, None], 0.9)
        covered.append(norm.cdf(np.log(high / 1e6)) - norm.cdf(np.log(low / 1e6)))
    # Between floor and ceil of (n + 1) / 20: at least 90 %, at most two gaps more.
    assert 0.90 - 0.01 < np.mean(covered) < 0.93 + 2 / n


@pytest.mark.parametrize(("share", "n"), [(0.5, 40), (0.9, 200), (0.95, 200), (0.975, 200)])
def test_over_many_samples_the_interval_of_a_quantile_covers_at_its_rate(share: float, n: int) -> None:
    truth = 1e6 * np.exp(norm.ppf(share))
    hits = []
    for number in range(600):
        found = quantile(sample(number, n), share)
        assert found.low is not None and found.high is not None
        hits.append(found.low <= truth <= found.high)
    # At least 95 % by construction; ranks are whole, so it may be a little more. Three deviations are 2.7 points.
    assert 0.95 - 0.027 < np.mean(hits) < 0.995
