"""What a mean over replications lets one say, and what it does not."""

import numpy as np
import pytest

from fundflow.experiment.estimate import estimate


def test_the_interval_is_students() -> None:
    found = estimate([1.0, 2.0, 3.0, 4.0])
    # Deviation 1.29099, over the root of 4, times t(0.975, 3) = 3.18245.
    assert (found.mean, found.n) == (2.5, 4)
    assert found.half_width == pytest.approx(3.18245 * 1.29099 / 2, rel=1e-4)
    assert found.distinct is (found.low > 0)


def test_what_noise_could_explain_is_said_in_words_with_the_number_that_would_do() -> None:
    values = np.tile([-9.0, 11.0], 100)  # mean 1, deviation 10.03
    found = estimate(values)
    assert not found.distinct
    # (1.96 * 10.03 / 1)^2 = 386.1, which is 390 in two figures.
    assert found.enough() == 390
    assert found.words("en") == "not distinguishable from zero at 200 replications; about 390 would do"
    assert found.words("zh") == "200 次模拟下与零无法区分，约需 390 次"
    assert estimate(np.tile([9.0, 11.0], 100)).words("en") == ""
    assert estimate(np.zeros(5)).words("en") == "exactly zero in every replication"
    assert estimate([3.0]).words("en") == "a single replication cannot tell"
    with pytest.raises(ValueError, match="at least one"):
        estimate([])
