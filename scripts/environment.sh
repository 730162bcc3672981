#!/usr/bin/env bash
# Creates .venv with reglab and the tested versions of its dependencies.
# Usage: scripts/environment.sh [EXTRAS]   EXTRAS: optional dependencies in pyproject.toml, such as dev,jax.
set -euo pipefail
cd "$(dirname "$0")/.."

fits() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

find_python() {
  for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if fits "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  echo "Python 3.11, 3.12 or 3.13 not found; set PYTHON=/path/to/python3" >&2
  return 2
}

# Recreate an environment that is incomplete or has an unsupported Python.
if ! fits .venv/bin/python || ! .venv/bin/python -m pip --version > /dev/null 2>&1; then
  python=$(find_python)
  "$python" -m venv --clear .venv
fi
# Skip the installation if the requirements have not changed since the last one.
wanted="${1:-} $(cat pyproject.toml scripts/constraints.txt | cksum)"
if [ "$(cat .venv/installed 2> /dev/null)" != "$wanted" ]; then
  echo "Installing reglab and its packages into .venv (a minute or two, because TensorFlow is large) …"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint scripts/constraints.txt --editable ".${1:+[$1]}"
  echo "$wanted" > .venv/installed
fi
