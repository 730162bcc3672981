#!/usr/bin/env bash
# Runs all checks: lint, types, the smoke test and the tests.
#
# REGLAB_TEST_DATA: directory with the unpacked cifar10-images and cifar-10-batches-bin. If it is set, the
# tests that need real images run, and the smoke test uses CIFAR-10 instead of synthetic shapes.
# REGLAB_TEST_BACKENDS=jax,torch also installs these backends, for the tests that compare backends.
#
# The tests of the live page need Chromium and its driver (`chromium` and `chromedriver` on the path).
set -euo pipefail
cd "$(dirname "$0")/.."
export TF_CPP_MIN_LOG_LEVEL=3
# Use the processor and the default backend: exact results there may differ on a GPU.
export CUDA_VISIBLE_DEVICES= JAX_PLATFORMS=cpu
unset KERAS_BACKEND PYTHONPATH

if ! command -v chromium > /dev/null || ! command -v chromedriver > /dev/null; then
  echo "chromium or chromedriver not found; the tests of the live page need both" >&2
  exit 2
fi

scripts/environment.sh "dev${REGLAB_TEST_BACKENDS:+,$REGLAB_TEST_BACKENDS}"
export PATH="$PWD/.venv/bin:$PATH"

ruff check .
ruff format --check .
mypy
scripts/smoke.sh
# Two processes at once: most tests use one core. The tests of a file stay together, since they share runs.
pytest -n 2 --dist loadfile --durations=25
