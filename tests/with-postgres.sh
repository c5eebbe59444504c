#!/usr/bin/env bash
# Runs a command with DATABASE_URL set to a PostgreSQL that is there for it alone:
#
#     tests/with-postgres.sh cargo test
#
# With DATABASE_URL already set, that server is used as it is. Otherwise a private cluster is started in a temporary
# directory, on a free port of 127.0.0.1, and removed when the command ends, however it ends. Durability is left on: the
# suite tests it. The exit code is the command's.
set -euo pipefail

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT…]" >&2
    exit 64
fi

if [ -n "${DATABASE_URL:-}" ]; then
    exec "$@"
fi

# The newest server that can be found: Debian keeps its binaries out of PATH.
binaries() {
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -V) || true
    for directory in $(printf '%s\n' "$found" | tac); do
        if [ -x "$directory/initdb" ] && [ -x "$directory/postgres" ]; then
            echo "$directory"
            return
        fi
    done
    if command -v initdb >/dev/null && command -v postgres >/dev/null; then
        dirname "$(readlink -f "$(command -v initdb)")"
    fi
}

bin=$(binaries)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "$0: no PostgreSQL here, installing it" >&2
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql postgresql-client >&2
    bin=$(binaries)
fi
if [ -z "$bin" ]; then
    echo "$0: no PostgreSQL server found: install one (apt-get install postgresql, brew install postgresql) or set" \
        "DATABASE_URL" >&2
    exit 69
fi

# PostgreSQL refuses to run as root.
as=()
owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
    owner=nobody
    if getent passwd postgres >/dev/null; then
        owner=postgres
    fi
    if command -v setpriv >/dev/null; then
        as=(setpriv "--reuid=$owner" "--regid=$(id -gn "$owner")" --clear-groups --)
    else
        as=(runuser -u "$owner" --)
    fi
fi

cluster=$(mktemp -d "${TMPDIR:-/tmp}/nianlun-postgres.XXXXXX")
child=

clean() {
    trap - EXIT INT TERM
    if [ -n "$child" ] && kill -0 "$child" 2>/dev/null; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    if [ -f "$cluster/data/postmaster.pid" ]; then
        ${as[@]+"${as[@]}"} "$bin/pg_ctl" stop -D "$cluster/data" -m immediate -w >/dev/null 2>&1 || true
    fi
    rm -rf "$cluster"
}
trap clean EXIT
trap 'clean; exit 130' INT
trap 'clean; exit 143' TERM

chmod 755 "$cluster"
mkdir "$cluster/data" "$cluster/socket"
if [ "$(id -u)" = 0 ]; then
    chown "$owner" "$cluster/data" "$cluster/socket"
fi
# The working directory need not be readable to the cluster's owner.
within() { (cd "$cluster" && exec ${as[@]+"${as[@]}"} "$@"); }

within "$bin/initdb" -D "$cluster/data" -U nianlun --auth=trust --encoding=UTF8 --no-locale --no-sync \
    >"$cluster/initdb.log" 2>&1 || { cat "$cluster/initdb.log" >&2; exit 70; }

# A free port is only known to be free once it is taken: try a few.
started=
for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 30000))
    if within "$bin/pg_ctl" start -D "$cluster/data" -w -l "$cluster/data/server.log" -o \
        "-c listen_addresses=127.0.0.1 -p $port -k $cluster/socket -c max_connections=200" >/dev/null 2>&1; then
        started=1
        break
    fi
done
if [ -z "$started" ]; then
    cat "$cluster/data/server.log" >&2 || true
    echo "$0: the cluster does not start" >&2
    exit 70
fi

export DATABASE_URL="postgres://nianlun@127.0.0.1:$port/postgres"
# pg_dump must not be older than the server.
export PATH="$bin:$PATH"

# In the background, so that a signal is handled at once and not when the command ends.
code=0
"$@" <&0 &
child=$!
wait "$child" || code=$?
child=
exit "$code"
