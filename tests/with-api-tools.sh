#!/usr/bin/env bash
# Runs a command with the tools that try the HTTP API, as NIANLUN_API_TOOLS and NIANLUN_CHROMIUM name them:
#
#     tests/with-api-tools.sh cargo test
#
# Redocly (npm) and Schemathesis (PyPI) are installed once, in the versions of tests/api-tools, into a folder of the build;
# Chromium is the system's, and installed from Debian's packages where there is none. The exit code is the command's.
set -euo pipefail

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT…]" >&2
    exit 64
fi

project=$(cd "$(dirname "$0")/.." && pwd)
wanted=$project/tests/api-tools
tools=${CARGO_TARGET_DIR:-$project/target}/api-tools

missing() {
    echo "$0: $1" >&2
    exit 69
}

debian() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        return 1
    fi
    echo "$0: installing $*" >&2
    apt-get update -qq >&2 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

browser() {
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name"; then
            return
        fi
    done
}

install() {
    command -v npm >/dev/null || missing "npm is missing: install Node.js 20 or later"
    command -v python3 >/dev/null || missing "python3 is missing: install Python 3.11 or later, with venv"
    echo "$0: installing Redocly and Schemathesis into $tools" >&2
    rm -rf "$tools"
    mkdir -p "$tools"
    cp "$wanted/package.json" "$wanted/package-lock.json" "$tools/"
    (cd "$tools" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
        missing "npm could not install Redocly; is its registry within reach?"
    python3 -m venv "$tools/python" >&2 || { debian python3-venv && python3 -m venv --clear "$tools/python" >&2; } ||
        missing "python3 has no venv: install python3-venv"
    "$tools/python/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted/requirements.txt" >&2 ||
        missing "pip could not install Schemathesis; is its index within reach?"
}

# What is installed is known by the lists that it was installed by.
list=$(cat "$wanted/package-lock.json" "$wanted/requirements.txt" | cksum)
mkdir -p "$tools"
exec 9>"$tools.lock"
if command -v flock >/dev/null; then
    flock 9
fi
if [ "$(cat "$tools/installed" 2>/dev/null)" != "$list" ]; then
    install
    echo "$list" >"$tools/installed"
fi
exec 9>&-

chromium=${NIANLUN_CHROMIUM:-$(browser)}
if [ -z "$chromium" ]; then
    debian chromium || missing "no Chromium found: install it (apt-get install chromium) or set NIANLUN_CHROMIUM"
    chromium=$(browser)
fi

export NIANLUN_API_TOOLS=$tools
export NIANLUN_CHROMIUM=$chromium
exec "$@"
