#!/bin/bash
# Installs the Debian packages of tools/packages.txt that are missing; says so when none is. The group
# `store` also fetches the embedded engine (tools/fetch_engine.sh).
#
#     tools/setup.sh [GROUP...]     build (the default), store, test, check, deb, bench
#
# Works as root, and as a user with sudo. Removes nothing: where another package is in the way it
# stops and names it.
set -euo pipefail

list="$(dirname "$0")/packages.txt"
groups="${*:-build}"

stop() {
  echo "setup: $*" >&2
  exit 1
}

packages() {
  awk -v groups=" $groups " '!/^#/ && NF && index(groups, " " $1 " ") { print $2 }' "$list" | sort -u
}

# Node.js and npm often come from elsewhere than Debian: for what is only run, the command counts.
is_present_as_command() {
  awk -v name="$1" '($1 == "bench" || $1 == "store") && $2 == name { found = 1 } END { exit !found }' "$list" \
    && { command -v "$1" || { [ "$1" = nodejs ] && command -v node; }; } >/dev/null
}

missing_packages() {
  local installed package
  # shellcheck disable=SC2046
  installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' $(packages) 2>/dev/null \
    | awk '$1 == "ii" { printf "%s ", $2 }' || true)"
  for package in $(packages); do
    [[ $installed == *" $package "* ]] || is_present_as_command "$package" || echo "$package"
  done
}

# Only one version of the Boost headers can be installed.
check_boost() {
  local others
  [[ " $* " == *" libboost1.81-dev "* ]] || return 0
  others=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' 'libboost*1.74-dev' 'libboost-dev' \
    'libboost-all-dev' 2>/dev/null | awk '$1 == "ii" { printf "%s ", $2 }') || true
  [ -z "$others" ] || stop "libboost1.81-dev cannot be installed beside ${others% }; nothing was" \
    "changed. Remove them yourself if nothing of yours needs them (apt-get remove" \
    "libboost1.74-dev), or build Sonde in a container"
}

install_packages() {
  local missing as_root=()
  packages | grep -q . || stop "no packages in group: $groups (groups: build store test check deb bench)"
  command -v dpkg-query >/dev/null || stop "this is not Debian; install by hand what these" \
    "packages hold: $(packages | tr '\n' ' ')"
  missing=$(missing_packages)
  if [ -z "$missing" ]; then
    echo "setup: nothing is missing ($(packages | wc -l) packages: $groups)"
    return
  fi
  # shellcheck disable=SC2086
  missing=$(echo $missing)
  check_boost "$missing"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || stop "packages are missing and there is neither root nor sudo;" \
      "run as root: apt-get install $missing"
    as_root=(sudo)
    if [ "${CI:-}" = true ] || [ ! -t 0 ]; then
      sudo -n true 2>/dev/null || stop "packages are missing and sudo asks for a password that" \
        "nobody can type here; run as root: apt-get install $missing"
      as_root=(sudo -n)
    fi
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  echo "setup: installing $missing"
  "${as_root[@]}" update </dev/null || stop "apt-get update failed; is the network there?"
  # shellcheck disable=SC2086
  "${as_root[@]}" install -y --no-install-recommends --no-remove $missing </dev/null \
    || stop "apt-get could not install: $missing (they are those of Debian 12, bookworm)"
}

install_packages
if [[ " $groups " == *" store "* ]]; then
  "$(dirname "$0")/fetch_engine.sh" || stop "the engine is missing"
fi
