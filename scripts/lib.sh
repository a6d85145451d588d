# Sourced by the other scripts: where the project is, and installing what is missing.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# What a plain build needs. Beside compilers and headers: the Erlang packages with erl_driver.h and real drivers to play.
build_packages=(g++ cmake ninja-build ccache erlang-base erlang-dev libcli11-dev libfmt-dev nlohmann-json3-dev
    libgmp-dev libedit-dev libmd-dev libdw-dev libelf-dev liblzma-dev libbz2-dev zlib1g-dev)
wrapped_packages=(libsqlite3-dev libcurl4-openssl-dev libssl-dev libexpat1-dev libxml2-dev libpcre2-dev libuv1-dev
    protobuf-compiler libprotobuf-dev libasio-dev libspdlog-dev rustc)
driver_packages=(erlang-runtime-tools erlang-megaco erlang-p1-sqlite3)
# Those of the last but one line read reports (tests/formats): a browser, xmllint, TAP; of the last, are wrapped by the
# drivers of tests/ordinary. rustc is the largest: 55 MB to fetch, 275 MB on the disk.
test_packages=(doctest-dev libvalijson-dev librapidcheck-dev python3 python3-yaml tmux dpkg-dev make pkg-config
    erlang-common-test erlang-eunit rebar3 elixir bash-completion zsh fish mandoc
    chromium libxml2-utils perl
    "${wrapped_packages[@]}")
clang_packages=(clang libclang-rt-14-dev)
bench_packages=(libbenchmark-dev)
format_packages=(clang-format)

missing_packages() { # packages...
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | cut -c1-2)" = ii ] || printf '%s\n' "$package"
    done
}

# Installs what is missing of the packages given. root: at once; a person at a terminal is asked first; anybody else is
# told what to type.
need() { # packages...
    local missing answer sudo=()
    if ! command -v dpkg-query >/dev/null; then
        say "This is not a Debian system: the packages cannot be checked. Needed: $*"
        return 0
    fi
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if [ ! -t 0 ] || ! command -v sudo >/dev/null; then
            say "Missing packages. As root, type:"
            say "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
            exit 2
        fi
        say "These packages are missing: ${missing[*]}"
        read -r -p "Install them with sudo apt-get? [y/N] " answer
        case "$answer" in
            y | Y | yes) sudo=(sudo) ;;
            *) say "Not installed."; exit 2 ;;
        esac
    fi
    say "Installing: ${missing[*]}"
    "${sudo[@]}" apt-get -qq update >&2
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
}

# Configures and builds a preset, or only the targets in build_targets; output only when something is to be said.
build_preset() { # preset [cmake options...]
    local preset=$1 log targets=()
    # Where two presets compile a file alike it is compiled once: all paths in debug information are whole ones anyway.
    export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$root
    [ -z "${build_targets+x}" ] || [ "${#build_targets[@]}" -eq 0 ] || targets=(--target "${build_targets[@]}")
    shift
    log=$(mktemp)
    if ! (cd "$root" && cmake --preset "$preset" "$@" >"$log" 2>&1); then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    cmake --build "$root/build-$preset" --parallel "$(nproc)" "${targets[@]}" >&2
}
