#!/usr/bin/env bash
# From nothing to the picture: makes .venv, installs reglab, trains the quickstart's networks on synthetic
# shapes, and compares them. Started again, it goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/environment.sh
.venv/bin/reglab run configs/quickstart/*.yaml --results quickstart
.venv/bin/reglab compare quickstart --output quickstart/comparison --baseline quick_baseline

cat << 'END'

The picture: quickstart/comparison/comparison.png
The baseline knows its training images by heart (dashed lines) and fails on new ones (solid lines);
the regularized networks close the gap. The numbers: quickstart/comparison/comparison.md
Next: source .venv/bin/activate; reglab show configs/mp.yaml; reglab run --help
END
