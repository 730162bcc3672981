"""The language of studies: experiments, factors and grids, and what is wrong in a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.config.shipped import list_shipped_studies
from reglab.errors import ExperimentError
from reglab.study.study import Study, load_study

Write = Callable[..., Study]
FACTORS = """\
base: base.yaml
design: full
factors:
  MP: {max_pooling: {pool_size: 2}}
  W: {l1: {strength: 0.1}, l2: {strength: 0.2}}
"""


def explain(load: Callable[[], object]) -> list[str]:
    """The problems of a file, one line each."""
    with pytest.raises(ExperimentError) as caught:
        load()
    return str(caught.value).splitlines()


def test_experiments_are_files_or_changes_of_the_base(write: Write) -> None:
    """A path keeps its name and title; a mapping extends the base, or what it names."""
    study = write(
        """\
title: Three
seeds: [5, 3]
base: base.yaml
experiments:
  - base.yaml
  - {name: more, title: More epochs, training: {epochs: 9}}
  - {name: other, extends: base.yaml, data: {subset: {train: 100}}}
"""
    )
    assert [(each.name, each.label, each.training.epochs) for each in study.experiments] == [
        ("base", "Net", 4),
        ("more", "More epochs", 9),
        ("other", "other", 4),
    ]
    assert study.experiments[1].data.dataset == "synthetic"
    assert (study.name, study.title, study.seeds, study.baseline) == ("study", "Three", (5, 3), "base")
    assert [(each.name, each.training.seed) for each in study.runs] == [
        ("base", 5),
        ("more", 5),
        ("other", 5),
        ("base", 3),
        ("more", 3),
        ("other", 3),
    ]


def test_factors_are_switched_on_together(write: Write) -> None:
    """A factor may have several regularizers; names and titles follow from the factors."""
    study = write(FACTORS)
    assert [(each.name, each.label, each.regularizers.names) for each in study.experiments] == [
        ("base", "Net", ()),
        ("MP", "Net + MP", ("max_pooling",)),
        ("W", "Net + W", ("l1", "l2")),
        ("MP-W", "Net + MP + W", ("max_pooling", "l1", "l2")),
    ]
    assert study.seeds == (0, 1, 2)


def test_a_grid_has_every_combination(write: Write) -> None:
    """Values of any kind; null removes a regularizer; names and titles follow from keys and values."""
    study = write(
        """\
base: {extends: base.yaml, title: Net, regularizers: {l2: {strength: 1}}}
grid:
  regularizers.l2: [null, {strength: 1.0e-4}]
  training.batch_size: [100, 200]
"""
    )
    assert [(each.name, each.label) for each in study.experiments] == [
        ("l2-off-batch_size-100", "Net, l2 off, batch_size 100"),
        ("l2-off-batch_size-200", "Net, l2 off, batch_size 200"),
        ("l2-0.0001-batch_size-100", "Net, l2 0.0001, batch_size 100"),
        ("l2-0.0001-batch_size-200", "Net, l2 0.0001, batch_size 200"),
    ]
    assert [each.regularizers.names for each in study.experiments] == [(), (), ("l2",), ("l2",)]
    assert [each.training.batch_size for each in study.experiments] == [100, 200, 100, 200]


def test_overrides_and_seeds_of_the_command_line(write: Write) -> None:
    """`--set` changes every experiment, `--seeds` replaces the seeds of the file."""
    study = write(FACTORS, "training.epochs=2", seeds=1)
    assert {each.training.epochs for each in study.experiments} == {2}
    assert study.seeds == (0,)


def test_every_problem_has_its_line(write: Write) -> None:
    """Also inside factors, whose lines are parts of several experiments, but reported once."""
    text = """\
base: base.yaml
design: full
factors:
  A: {max_poling: {}}
  B:
    dropout: {rate: 2}
"""
    known = explain(lambda: write(text))
    assert [line.partition(" expected one of ")[0] for line in known[:1]] == [
        "study.yaml:4: regularizers.max_poling: unknown regularizer;"
    ]
    assert known[0].endswith("did you mean max_pooling?")
    assert known[1:] == ["study.yaml:6: regularizers.dropout.rate: expected a number in [0, 1), got 2"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["study.yaml: expected a study, got an empty file"]),
        (
            "sedes: 3\nexperiments: [base.yaml]\n",
            [
                "study.yaml:1: sedes: unknown key; expected one of name, title, description, base, seeds, "
                "baseline, experiments, factors, design, grid; did you mean seeds?"
            ],
        ),
        ("seeds: 3\n", ["study.yaml:1: expected one of experiments, factors, grid, got none"]),
        (
            FACTORS + "grid: {training.epochs: [1]}\n",
            ["study.yaml:6: grid: expected one of experiments, factors, grid, got factors and grid"],
        ),
        (
            FACTORS.replace("design: full\n", ""),
            ["study.yaml:2: factors: expected a design beside it, such as design: full"],
        ),
        (
            FACTORS.replace("base: base.yaml\n", ""),
            ["study.yaml:2: factors: expected a base beside it, the experiment that is changed"],
        ),
        (
            FACTORS.replace("full", "fractional"),
            ["study.yaml:2: design: expected at least 3 factors for half of the combinations, got 2"],
        ),
        (
            FACTORS.replace("full", "lader"),
            [
                "study.yaml:2: design: expected one of ladder, add_one_in, leave_one_out, full, fractional, "
                "got the string 'lader'; did you mean ladder?"
            ],
        ),
        (
            "design: full\nexperiments: [base.yaml]\n",
            ["study.yaml:1: design: it has no effect without factors"],
        ),
        (
            "base: base.yaml\ngrid: {training.epochs: []}\n",
            ["study.yaml:2: grid.training.epochs: expected at least one value, got none"],
        ),
        ("experiments: []\n", ["study.yaml:1: experiments: expected at least one entry, got none"]),
        (
            "seeds: [1, 1]\nexperiments: [base.yaml]\n",
            ["study.yaml:1: seeds: expected different seeds, got one of them twice"],
        ),
        (
            "seeds: 1001\nexperiments: [base.yaml]\n",
            ["study.yaml:1: seeds: expected 1 to 1,000 seeds, got 1,001"],
        ),
        (
            "experiments: [base.yaml, bse.yaml]\n",
            ["study.yaml:1: experiments[1]: the file 'bse.yaml' does not exist; did you mean base.yaml?"],
        ),
        (
            "base: base.yaml\nexperiments:\n  - {training: {epochs: 9}}\n",
            [
                "study.yaml:3: experiments[0].name: expected a name, which is that of the folder of its "
                "runs, got nothing"
            ],
        ),
        (
            "experiments: [base.yaml, base.yaml]\n",
            ["study.yaml:1: experiments: two experiments have the name 'base'; change one of them"],
        ),
        (
            "baseline: bsae\nexperiments: [base.yaml]\n",
            ["study.yaml:1: baseline: expected one of base, got bsae; did you mean base?"],
        ),
        (
            "base: {extends: base.yaml, regularizers: {l2: {}}}\ndesign: full\nfactors: {L: {l2: {}}}\n",
            [
                "study.yaml:3: factors.L.l2: the base has l2 already; write l2: null in the base, or remove "
                "it here"
            ],
        ),
        (
            "base: base.yaml\ngrid: {training.epochs: [1, many]}\n",
            ["study.yaml:2: training.epochs: expected an integer ≥ 1, got the string 'many'"],
        ),
    ],
)
def test_messages(write: Write, text: str, problems: list[str]) -> None:
    """What is wrong, where, and what would be right."""
    assert explain(lambda: write(text)) == problems


def test_keys_that_follow_from_the_study(write: Write) -> None:
    """A grid of seeds, or one seed for all, would train the same run under several names."""
    grid = "base: base.yaml\ngrid: {training.seed: [0, 1]}\n"
    message = "training.seed of each run follows from the study; remove this"
    assert explain(lambda: write(grid)) == [f"study.yaml:2: grid.training.seed: {message} key"]
    assert explain(lambda: write(FACTORS, "training.seed=3")) == [f"--set training.seed=3: {message} option"]


def test_a_regularizer_in_two_factors(write: Write) -> None:
    """One of them would have no effect where both are on."""
    text = FACTORS + "  V: {l1: {strength: 0.5}}\n"
    assert explain(lambda: write(text)) == ["study.yaml:6: factors.V: l1 is in factor W too; name it once"]


def test_problems_of_several_experiments(write: Write) -> None:
    """Files that are missing do not hide wrong values, and the other way round."""
    text = """\
base: base.yaml
experiments:
  - {name: a, training: {epochs: 0}}
  - missing.yaml
  - {title: no name}
"""
    assert [line.partition(": ")[0] for line in explain(lambda: write(text))] == [
        "study.yaml:3",
        "study.yaml:4",
        "study.yaml:5",
    ]


def test_regularizers_that_are_a_list(write: Write) -> None:
    """A wrong base is reported as in an experiment."""
    text = FACTORS.replace("base: base.yaml", "base: {extends: base.yaml, regularizers: [dropout]}")
    [problem] = explain(lambda: write(text))
    assert problem.startswith("study.yaml:1: regularizers: expected a mapping, got ")


def test_too_many_experiments(write: Write) -> None:
    """A grid grows quickly; 1,000 is the limit."""
    text = "base: base.yaml\ngrid:\n" + "".join(
        f"  {key}: [{', '.join(map(str, range(1, 12)))}]\n"
        for key in ("training.epochs", "training.batch_size", "data.clean")
    )
    assert explain(lambda: write(text)) == ["study.yaml: expected at most 1,000 experiments, got more"]


@pytest.mark.parametrize(
    ("name", "experiments"),
    [("data_size", 10), ("factorial", 16), ("lambda", 16), ("lecture", 6), ("quickstart", 4)],
)
def test_shipped_studies(name: str, experiments: int) -> None:
    """All are valid, with three seeds."""
    paths = {path.stem: path for path in list_shipped_studies()}
    study = load_study(paths[name])
    assert (len(study.experiments), study.seeds) == (experiments, (0, 1, 2))


def test_all_studies_are_tested() -> None:
    """The list above is complete."""
    names = {path.stem for path in list_shipped_studies()}
    assert names == {"data_size", "factorial", "lambda", "lecture", "quickstart"}


def test_a_path_starts_from_the_folder_of_the_study(write: Write) -> None:
    """As in `extends`."""
    Path("below").mkdir()
    Path("below/study.yaml").write_text("experiments: [../base.yaml]\n")
    write("experiments: [base.yaml]\n")
    assert [each.name for each in load_study(Path("below/study.yaml")).experiments] == ["base"]
