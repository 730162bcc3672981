#!/usr/bin/env bash
# Makes .venv with reglab and the tested versions of what it needs; used by the other scripts.
# Usage: scripts/environment.sh [EXTRAS]   where EXTRAS are pyproject.toml's, such as dev or dev,jax,torch.
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
  echo "expected Python 3.11, 3.12 or 3.13, found none; name one with PYTHON=/path/to/python3" >&2
  return 2
}

# An environment that was left half made, or is of another Python, is made anew.
if ! fits .venv/bin/python || ! .venv/bin/python -m pip --version > /dev/null 2>&1; then
  python=$(find_python)
  "$python" -m venv --clear .venv
fi
# What was installed last, so that a second start need not ask the package index again.
wanted="${1:-} $(cat pyproject.toml scripts/constraints.txt | cksum)"
if [ "$(cat .venv/installed 2> /dev/null)" != "$wanted" ]; then
  echo "Installing reglab and its packages into .venv (TensorFlow is large: a minute or two) …"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint scripts/constraints.txt --editable ".${1:+[$1]}"
  echo "$wanted" > .venv/installed
fi
