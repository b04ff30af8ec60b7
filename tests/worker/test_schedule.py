"""When rows and snapshots are due."""

from lantern.worker.schedule import next_row, next_snapshot, row_due, snapshot_due


def test_rows_thin_out_by_decades():
    due = [step for step in range(0, 101_000) if row_due(step)]
    assert due[:1000] == list(range(1, 1001))
    assert due[1000:1002] == [1010, 1020]
    assert due[1900:1902] == [10_100, 10_200]
    assert due[-1] == 101_000 - 1000 or due[-1] == 100_000


def test_next_row_is_the_next_that_is_due():
    due = [step for step in range(1, 30_000) if row_due(step)]
    step, found = 0, []
    while (step := next_row(step)) < 30_000:
        found.append(step)
    assert found == due


def test_snapshots_are_spaced_by_the_logarithm():
    found, step = [0], 0
    while (step := next_snapshot(step)) <= 1000:
        found.append(step)
    assert found[:8] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert found[-13:] == [100, 121, 147, 178, 215, 261, 316, 383, 464, 562, 681, 825, 1000]
    assert all(snapshot_due(step) for step in found)
    assert not snapshot_due(101)
