# Shared by the scripts beside it: paths, versions, and how progress and trouble are told.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CACHE=${SOBRADO_CACHE:-$HOME/.cache/sobrado}
TOOLS=$CACHE/tools
export PATH="$PWD/node_modules/.bin:$TOOLS/bin:$HOME/.cargo/bin:$PATH"
# The program must not see a database of somebody else's shell, and sqlx takes its data from .sqlx.
unset DATABASE_URL CENTRAL_CHECK_URL TENANT_CHECK_URL

CARGO_LEPTOS=0.3.10
SQLX_CLI=0.9.0
CARGO_DENY=0.20.2

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
note() { printf '  %s\n' "$*" >&2; }
fail() {
    printf '\033[31m%s\033[0m\n' "$1" >&2
    shift
    for line in "$@"; do note "$line"; done
    exit 1
}

# The version of a crate in our lock file.
locked() { awk -v name="$1" '$0 == "name = \"" name "\"" { getline; gsub(/version = |"/, ""); print; exit }' Cargo.lock; }

# What the built program needs to find its bundle.
serve_env() {
    local target=$1
    export LEPTOS_OUTPUT_NAME=sobrado LEPTOS_SITE_PKG_DIR=pkg LEPTOS_HASH_FILES=true LEPTOS_ENV=PROD
    LEPTOS_SITE_ROOT="$(cd "$target" && pwd)/site"
    export LEPTOS_SITE_ROOT
}
