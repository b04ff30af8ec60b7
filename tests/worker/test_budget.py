"""The price of watching: what is earned, spent, owed and forgiven."""

import pytest

from lantern.worker.budget import MAX_DEBT_S, USED, Budget


def test_wall_time_earns_its_share_and_looking_spends_it():
    budget = Budget(0.1)
    budget.earn(0.2)
    budget.spend(0.2 * 0.1 * USED)
    assert not budget.is_open
    budget.earn(0.01)
    assert budget.is_open
    assert budget.measured == pytest.approx(0.1 * USED * 0.2 / 0.21)


def test_a_debt_is_paid_back_and_an_extra_is_not_but_both_are_told():
    budget = Budget(0.1)
    budget.spend(0.02, extra_s=0.015)
    budget.earn(0.06, used=1.0)
    assert budget.is_open
    assert budget.measured == pytest.approx(0.02 / 0.06)


def test_what_had_to_be_shown_leaves_a_debt_of_a_moment():
    budget = Budget(0.1)
    budget.spend(3.0)
    budget.forgive()
    budget.earn(MAX_DEBT_S / 0.1 + 0.01, used=1.0)
    assert budget.is_open
