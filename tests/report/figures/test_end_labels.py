"""Labels at the ends of curves do not overlap."""

import numpy as np
import pytest
from scipy.optimize import minimize

from reglab.report.figures.end_labels import spread_positions


def test_distant_labels_stay() -> None:
    """Labels that do not overlap are not moved."""
    assert spread_positions([0.9, 0.1, 0.5], 0.1) == pytest.approx([0.9, 0.1, 0.5])


def test_close_labels_move_as_little_as_possible() -> None:
    """The positions are the least-squares solution under the spacing, as SciPy finds it."""
    wanted = np.array([0.3, 0.31, 0.33, 0.5, 0.52, 0.8])
    found = spread_positions(wanted.tolist(), 0.06)
    best = minimize(
        lambda places: float(np.sum((places - wanted) ** 2)),
        np.linspace(0.2, 0.9, 6),
        constraints={"type": "ineq", "fun": lambda places: np.diff(places) - 0.06},
        tol=1e-12,
    )
    np.testing.assert_allclose(found, best.x, atol=1e-5)


def test_order_is_kept_at_the_edges() -> None:
    """Labels stay inside, in the order of their curves, also where many curves end at the top."""
    found = spread_positions([1.0, 0.99, 1.0, 0.98], 0.1)
    assert min(found) >= 0
    assert max(found) <= 1
    np.testing.assert_allclose(np.diff(sorted(found)), 0.1, atol=1e-12)
    assert found[3] < found[1] < found[0] < found[2]


def test_too_many_labels_are_spread_evenly() -> None:
    """If the spacing does not fit, the labels are spread evenly."""
    np.testing.assert_allclose(sorted(spread_positions([0.5] * 21, 0.2)), np.linspace(0, 1, 21), atol=1e-12)
