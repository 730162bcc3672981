#!/usr/bin/env bash
# Creates .venv, installs reglab, and trains the study configs/studies/quickstart.yaml: four small networks on
# synthetic shapes, three seeds each. The last lines are the verdict on each network and its diagnosis.
# If it was interrupted, a second call resumes the training.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/environment.sh

cat << 'END'
What to look at: the network without regularization (CNN) memorizes its training images and is much worse on
new images; regularization reduces this gap. When the training is done:
  curves      results/quickstart/comparison/comparison.png
  table       results/quickstart/comparison/comparison.md
  evidence    .venv/bin/reglab diagnose results/quickstart
  to go on    source .venv/bin/activate; reglab show configs/mp.yaml; reglab run --help

END
exec .venv/bin/reglab study configs/studies/quickstart.yaml
