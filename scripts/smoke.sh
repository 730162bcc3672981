#!/usr/bin/env bash
# Trains two small experiments and compares them, and looks whether everything that should be there is.
set -euo pipefail
cd "$(dirname "$0")/.."
reglab=.venv/bin/reglab

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results="$work/results"
options=(--results "$results" --set data.subset.train=600 --set data.subset.validation=200)
if [ -n "${REGLAB_TEST_DATA:-}" ]; then
  options+=(--data-dir "$REGLAB_TEST_DATA/cifar10-images")
else
  echo "No REGLAB_TEST_DATA: the smoke test trains on synthetic shapes instead of CIFAR-10."
  options+=(--set data.dataset=synthetic)
fi

"$reglab" run configs/smoke.yaml configs/mp_bn_da.yaml --set training.epochs=2 "${options[@]}"
"$reglab" compare "$results"/* --output "$work/comparison" --baseline smoke

for run in smoke mp_bn_da; do
  for file in experiment.yaml status.json history.csv summary.json environment.json predictions.npz \
    model.weights.h5 model.keras curves.png log.txt; do
    test -s "$results/$run/seed-0/$file" || { echo "missing: $run/seed-0/$file" >&2; exit 1; }
  done
  test "$(wc -l < "$results/$run/seed-0/history.csv")" = 3 || { echo "$run: expected 2 epochs" >&2; exit 1; }
done
for kind in png svg md csv json; do
  test -s "$work/comparison/comparison.$kind" || { echo "missing: comparison.$kind" >&2; exit 1; }
done
"$reglab" list "$results"
"$reglab" evaluate "$results/mp_bn_da/seed-0" \
  ${REGLAB_TEST_DATA:+--data-dir "$REGLAB_TEST_DATA/cifar10-images"}
echo "The smoke test has passed."
