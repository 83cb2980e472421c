#!/usr/bin/env bash
# Installs what some tests need, where it is missing: the npm package of package.json, and Debian packages where apt-get may be used.
# What cannot be installed is named, and its tests are skipped by name; on CI (CI=true) that is a failure.
set -u

declare -A proofs=(
  [chromium]=/usr/bin/chromium
  [chromium-driver]=/usr/bin/chromedriver
  [fonts-noto-core]=/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf
  [kannel]=/usr/sbin/bearerbox
  [kannel-extras]=/usr/lib/kannel/test/fakesmsc
  [postgresql]='/usr/lib/postgresql/*/bin/initdb'
  [redis-server]=/usr/bin/redis-server
)
packages=(chromium chromium-driver fonts-noto-core kannel kannel-extras postgresql redis-server)

is_there() {
  compgen -G "${proofs[$1]}" >/dev/null
}

list_missing() {
  missing=()
  for package in "${packages[@]}"; do
    is_there "$package" || missing+=("$package")
  done
}

cd "$(dirname "$0")/e2e" || exit 1
if [ ! -f node_modules/axe-core/axe.min.js ]; then
  if ! npm install --no-package-lock --ignore-scripts --no-fund --no-audit --silent; then
    echo "Missing for the tests: axe-core (npm could not install it). Tests of accessibility are skipped; install Node.js with npm." >&2
    [ "${CI:-}" = true ] && exit 1
  fi
fi

list_missing
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  reason="only root may install packages"
elif ! command -v apt-get >/dev/null; then
  reason="there is no apt-get"
else
  reason="apt-get could not install it"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  echo "Installing for the tests: ${missing[*]}"
  apt-get update -qq >"$log" 2>&1
  # One at a time, so that one that fails does not keep the others away.
  for package in "${missing[@]}"; do
    apt-get install -y -qq --no-install-recommends "$package" >>"$log" 2>&1 \
      || { echo "apt-get: $(grep -E '^E:' "$log" | tail -n 1)" >&2; }
  done
  rm -f "$log"
  list_missing
fi

for package in ${missing[@]+"${missing[@]}"}; do
  echo "Missing for the tests: $package ($reason). Tests that need it are skipped; install it with: apt-get install $package" >&2
done
[ ${#missing[@]} -gt 0 ] && [ "${CI:-}" = true ] && exit 1
exit 0
