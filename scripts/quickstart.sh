#!/usr/bin/env bash
# Creates .venv, installs reglab, trains the quickstart networks on synthetic shapes, compares and diagnoses them.
# If it was interrupted, a second call resumes the training.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/environment.sh
.venv/bin/reglab run configs/quickstart/*.yaml --results quickstart
.venv/bin/reglab compare quickstart --output quickstart/comparison --baseline quick_baseline
.venv/bin/reglab diagnose quickstart

cat << 'END'

Plot: quickstart/comparison/comparison.png
The baseline memorizes its training images (dashed lines) and is much worse on new images (solid lines).
Regularization reduces this gap. Table: quickstart/comparison/comparison.md
Next: source .venv/bin/activate; reglab show configs/mp.yaml; reglab run --help
END
