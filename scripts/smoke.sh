#!/usr/bin/env bash
# Trains two small experiments, compares them and checks that all output files exist.
# Uses CIFAR-10 if REGLAB_TEST_DATA is set, otherwise synthetic shapes.
set -euo pipefail
cd "$(dirname "$0")/.."
reglab=.venv/bin/reglab

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results="$work/results"
small=(--set data.subset.train=600 --set data.subset.validation=200)
if [ -n "${REGLAB_TEST_DATA:-}" ]; then
  images=(--data-dir "$REGLAB_TEST_DATA/cifar10-images")
  "$reglab" run configs/smoke.yaml --results "$results" "${images[@]}"
else
  echo "REGLAB_TEST_DATA is not set: the smoke test uses synthetic shapes instead of CIFAR-10."
  images=()
  small+=(--set data.dataset=synthetic)
  "$reglab" run configs/smoke.yaml --results "$results" "${small[@]}"
fi
"$reglab" run configs/mp_bn_da.yaml --set training.epochs=2 --results "$results" "${small[@]}" "${images[@]}"
"$reglab" compare "$results"/* --output "$work/comparison" --baseline smoke

for run in smoke mp_bn_da; do
  for file in experiment.yaml status.json history.csv summary.json environment.json predictions.npz \
    model.weights.h5 model.keras curves.png log.txt; do
    test -s "$results/$run/seed-0/$file" || { echo "missing: $run/seed-0/$file" >&2; exit 1; }
  done
  test "$(wc -l < "$results/$run/seed-0/history.csv")" = 3 || { echo "$run/seed-0/history.csv: not 2 epochs" >&2; exit 1; }
done
for kind in png svg md csv json; do
  test -s "$work/comparison/comparison.$kind" || { echo "missing: comparison.$kind" >&2; exit 1; }
done
"$reglab" list "$results"
"$reglab" evaluate "$results/mp_bn_da/seed-0" "${images[@]}"
echo "Smoke test passed."
