# Sourced by quickstart.sh and test.sh: installs what is missing on Debian and its descendants, and says what.
# POSIX sh; safe to run again; asks no questions.

MIN_JAVA=17
missing=

fail() { # exit code, message
  echo "$(basename "$0"): $2" >&2
  exit "$1"
}

need() { # program, package that has it
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

offered() { # package
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'
}

# Sets no_browser to the reason where none is here and no package brings one: Ubuntu has Chromium as a snap only, which starts in
# no network namespace and no container.
need_browser() {
  no_browser=
  if command -v chromedriver >/dev/null 2>&1; then
    for browser in chromium google-chrome chromium-browser; do
      ! command -v $browser >/dev/null 2>&1 || return 0
    done
  fi
  offered chromium-driver || as_root apt-get update -qq || :
  if offered chromium-driver; then
    missing="$missing chromium chromium-driver"
  else
    no_browser="this release has no package chromium-driver; install Chrome and its chromedriver, and nothing is skipped"
  fi
}

need_library() { # file name pattern, package that has it
  for directory in /lib /usr/lib /lib/*-linux-gnu /usr/lib/*-linux-gnu; do
    for file in "$directory"/$1; do
      [ -e "$file" ] && return
    done
  done
  missing="$missing $2"
}

jdk_major() { # directory of a JDK
  sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release" 2>/dev/null || :
}

# Sets and exports JAVA_HOME to a JDK that can build intercept; false if there is none.
find_jdk() {
  javac=$(command -v javac || :)
  for home in "${JAVA_HOME:-}" "${javac:+$(dirname "$(dirname "$(readlink -f "$javac")")")}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/javac" ] && [ "$(jdk_major "$home")" -ge "$MIN_JAVA" ] 2>/dev/null; then
      JAVA_HOME=$home
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail 77 "needs root, and there is no sudo; as root, run: $*"
  fi
}

# The oldest long-term JDK that this release of Debian has and that is new enough.
jdk_package() {
  for version in 17 21 25; do
    if apt-cache policy "openjdk-$version-jdk-headless" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
      echo "openjdk-$version-jdk-headless"
      return
    fi
  done
  echo default-jdk-headless
}

# Installs everything that was found missing, and a JDK if there is none.
install_missing() {
  jdk_missing=no
  find_jdk || jdk_missing=yes
  if [ -z "$missing" ] && [ $jdk_missing = no ]; then
    echo "Nothing to install: JDK in $JAVA_HOME, $(command -v mvn)"
    return
  fi
  command -v apt-get >/dev/null 2>&1 ||
    fail 69 "this is not Debian; install these yourself and run again: JDK $MIN_JAVA or newer,${missing:- nothing else}"
  as_root apt-get update -qq || fail 69 "apt-get update failed; see above, and run again"
  [ $jdk_missing = no ] || missing="$missing $(jdk_package)"
  echo "Installing:$missing"
  # shellcheck disable=SC2086 # One word per package.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    fail 69 "apt-get could not install$missing; see above, and run again"
  find_jdk || fail 69 "there is still no JDK $MIN_JAVA or newer; set JAVA_HOME to one and run again"
  missing= # A script may find more missing later.
}

# Puts a program in PATH without installing its package, whose services nobody asked for: it is unpacked in dist/target/tools.
need_unpacked() { # program, package that has it in usr/bin
  command -v "$1" >/dev/null 2>&1 && return
  tools=$PWD/dist/target/tools
  PATH=$tools/usr/bin:$PATH
  export PATH
  [ ! -x "$tools/usr/bin/$1" ] || return 0
  command -v apt-get >/dev/null 2>&1 || fail 69 "this is not Debian; install $1 yourself and run again"
  echo "Unpacking in dist/target/tools: $2"
  mkdir -p "$tools"
  (
    cd "$tools"
    apt-get download -qq "$2" 2>/dev/null || { apt-get update -qq && apt-get download -qq "$2" 2>/dev/null; } &&
      dpkg-deb -x "$2"_*.deb . && rm "$2"_*.deb
  ) || fail 69 "apt-get could not download $2; see above, and run again"
}
