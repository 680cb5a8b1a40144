"""Quantiles of Student's t: those of the published tables, and those of scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # it has no types

from pulse_bot.audit.quantiles import student_t_quantile


# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, "Critical Values of the Student's t
# Distribution"; the columns 0.975, 0.99 and 0.995 of the upper critical values.
@pytest.mark.parametrize(
    ("degrees", "p", "value"),
    [
        (1, 0.975, 12.706),
        (1, 0.995, 63.657),
        (2, 0.975, 4.303),
        (5, 0.995, 4.032),
        (10, 0.975, 2.228),
        (10, 0.99, 2.764),
        (30, 0.995, 2.750),
        (60, 0.975, 2.000),
        (100, 0.995, 2.626),
    ],
)
def test_students_t_is_that_of_the_tables(degrees: int, p: float, value: float) -> None:
    assert round(student_t_quantile(p, degrees), 3) == pytest.approx(value)


@given(degrees=st.integers(1, 5000), p=st.floats(0.9, 0.9999))
def test_students_t_is_that_of_scipy(degrees: int, p: float) -> None:
    assert student_t_quantile(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-10)


@pytest.mark.parametrize(("p", "degrees"), [(0.5, 3), (1.0, 3), (0.975, 0)])
def test_what_has_no_quantile_is_refused(p: float, degrees: int) -> None:
    with pytest.raises(ValueError, match=r"of t|of freedom"):
        student_t_quantile(p, degrees)
