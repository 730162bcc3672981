#!/usr/bin/env bash
# Everything that has to hold: lint, types, tests, and a training from end to end.
#
# REGLAB_TEST_DATA may name a directory with the unpacked cifar10-images and cifar-10-batches-bin; then the
# tests that need real images run, and the smoke test trains on CIFAR-10 instead of synthetic shapes.
# REGLAB_TEST_BACKENDS=jax,torch installs these too, so that what compares backends has something to compare.
set -euo pipefail
cd "$(dirname "$0")/.."
export TF_CPP_MIN_LOG_LEVEL=3
# On the processor, with the default backend: what is exact there need not be on a GPU.
export CUDA_VISIBLE_DEVICES= JAX_PLATFORMS=cpu
unset KERAS_BACKEND

scripts/environment.sh "dev${REGLAB_TEST_BACKENDS:+,$REGLAB_TEST_BACKENDS}"
export PATH="$PWD/.venv/bin:$PATH"

ruff check .
ruff format --check .
mypy
scripts/smoke.sh
pytest
