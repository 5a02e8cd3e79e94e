from ml.training.progress import RunProgress


def test_the_seconds_left_include_the_phases_to_come():
    told = []
    progress = RunProgress(told.append, {"features": 10.0, "phase1": 20.0, "phase2": 5.0})
    progress.report("features", 1, 4)
    progress.report("phase2", 3, 3, loss=0.5, lr=1e-3)
    assert told[0].eta_s == 7.5 + 25.0
    assert (told[1].phase, told[1].loss, told[1].lr, told[1].eta_s) == ("phase2", 0.5, 1e-3, 0.0)


def test_what_precedes_a_phase_is_told_as_its_step_0_with_the_seconds_left():
    told = []
    progress = RunProgress(told.append, {"phase2": 5.0, "phase3": 20.0})
    progress.report("phase2", 1, 1)
    progress.prepare("phase3", 600, 1, 3)
    progress.prepare("phase3", 600, 3, 3)
    assert [(line.phase, line.step, line.total_steps, line.loss) for line in told[1:]] == [("phase3", 0, 600, None)] * 2
    assert [line.eta_s for line in told[1:]] == [20.0, 20.0]
