#!/bin/bash
# Makes a release of the last commit, in a clone of its own below dist/target/release: packages, checksums, bill of materials,
# provenance, and the artifacts with sources and javadoc, signed, in a local repository laid out as Maven Central takes them.
#
#   dist/release.sh --dry-run [VERSION]            signs with a key that is thrown away; tags nothing
#   dist/release.sh --key KEY --url URL VERSION    signs with gpg's KEY, and tags; URL is where the repository is published
#   dist/release.sh --check DIRECTORY              only looks at what a release has left there
#
# Nothing is published: docs/releasing.md says what to do with what is made.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. dist/packages.sh

poms=$PWD/dist/package/src/it/release/EffectivePoms.java
work=$PWD/dist/target/release
source=$work/source
out=$work/out
dry_run=no key='' url='' version=1.0.0

say() { printf '\n== %s\n' "$*"; }

arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --dry-run) dry_run=yes ;;
      --key) key=${2:?--key needs a value}; shift ;;
      --url) url=${2:?--url needs a value}; shift ;;
      --check) out=$(readlink -f "${2:?--check needs a directory}") && check && exit ;;
      [0-9]*.[0-9]*.[0-9]*) version=$1 ;;
      *) fail 64 "'$1' is unknown; see the head of this file" ;;
    esac
    shift
  done
  [ $dry_run = no ] || : "${url:=https://example.invalid/intercept.git}"
  [ $dry_run = yes ] || { [ -n "$key" ] && [ -n "$url" ]; } ||
    fail 64 "a release needs --key and --url, and a version; to try without, use --dry-run"
}

# The user's own tree is left alone. The commit's time is that of the commit before, so that a second run makes the same commit.
prepared() {
  say "version $version from $(git describe --always --dirty --exclude='*')"
  [ -z "$(git status --porcelain --untracked-files=no)" ] || fail 65 "there are changes that are not committed; commit them first"
  rm -rf "$work"
  git clone -q . "$source"
  cd "$source"
  local before day
  before=$(sed -n 's:^  <version>\(.*\)</version>$:\1:p' pom.xml)
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
  export SOURCE_DATE_EPOCH
  day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)
  git ls-files '*pom.xml' | xargs sed -i "s:<version>$before</version>:<version>$version</version>:"
  # In the pom itself: an option of the build does not get into what is deployed.
  sed -i "s|<scm.url>.*</scm.url>|<scm.url>$url</scm.url>|" pom.xml
  grep -q "<scm.url>$url</scm.url>" pom.xml || fail 65 "pom.xml has no line <scm.url>"
  grep -q "^## $version (unreleased)\$" CHANGELOG.md || fail 65 "CHANGELOG.md has no line '## $version (unreleased)'"
  sed -i "s/^## $version (unreleased)\$/## $version ($day)/" CHANGELOG.md
  GIT_COMMITTER_DATE="@$SOURCE_DATE_EPOCH +0000" GIT_AUTHOR_DATE="@$SOURCE_DATE_EPOCH +0000" git -c user.name="${GIT_AUTHOR_NAME:-$(git config user.name || echo intercept)}" \
    -c user.email="${GIT_AUTHOR_EMAIL:-$(git config user.email || echo intercept@localhost)}" commit -q -a -m "release $version"
  git --no-pager show --stat --format='%h %s' HEAD | tail -n 3
}

built() {
  say "packages and artifacts"
  mkdir -p "$out/packages" "$out/repository"
  mvn -B -q -ntp ${MAVEN_OFFLINE:+-o} -Prelease deploy -DskipTests -DskipITs -Dinvoker.skip -Dspotless.check.skip \
    "-Dproject.build.outputTimestamp=$(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)" "-Dmaintainer.address=$url" \
    "-DaltDeploymentRepository=staging::file://$out/repository" >"$work/maven.log" 2>&1 || fail 70 "the build failed; see $work/maven.log"
  cp dist/target/intercept_"$version"_*.deb "dist/target/intercept-$version.tar.gz" "$out/packages/"
  cp dist/target/intercept/sbom.json "$out/packages/intercept-$version.sbom.json" ||
    fail 70 "there is no bill of materials: a build without network makes none"
  # What a server keeps for itself.
  find "$out/repository" -name 'maven-metadata*' -delete
}

# in-toto's statement with SLSA's provenance: from which commit these bytes were made, by which commands.
provenance() {
  say "checksums and provenance"
  cd "$out/packages"
  sha256sum intercept* >SHA256SUMS
  cat SHA256SUMS
  {
    printf '{\n  "_type": "https://in-toto.io/Statement/v1",\n  "predicateType": "https://slsa.dev/provenance/v1",\n  "subject": ['
    sed -n 's/^\([0-9a-f]*\)  \(.*\)$/{"name": "\2", "digest": {"sha256": "\1"}}/p' SHA256SUMS | paste -s -d, -
    printf '  ],\n  "predicate": {\n    "buildDefinition": {\n      "buildType": "dist/release.sh",\n'
    printf '      "externalParameters": {"version": "%s", "repository": "%s"},\n' "$version" "$url"
    printf '      "internalParameters": {"SOURCE_DATE_EPOCH": %s, "java": "%s", "maven": "%s"},\n' "$SOURCE_DATE_EPOCH" \
      "$("$JAVA_HOME/bin/java" -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')" "$(mvn -v | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')"
    printf '      "resolvedDependencies": [{"uri": "git+%s", "digest": {"gitCommit": "%s"}}]\n    },\n' "$url" "$(git -C "$source" rev-parse HEAD)"
    printf '    "runDetails": {"builder": {"id": "%s"}}\n  }\n}\n' "$(uname -sm)"
  } >"intercept-$version.provenance.json"
}

signed() {
  say "signatures"
  if [ $dry_run = yes ]; then
    GNUPGHOME=$(mktemp -d)
    export GNUPGHOME
    trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
    key=throw-away
    gpg -q --batch --passphrase '' --quick-gen-key "$key" default default 1d 2>/dev/null
  fi
  gpg --armor --export "$key" >"$out/KEYS"
  find "$out" -type f ! -name '*.asc' ! -name '*.md5' ! -name '*.sha1' ! -name KEYS -print0 |
    xargs -0 -n 1 gpg -q --batch --local-user "$key" --armor --detach-sign
}

# What Maven Central and users ask for; names each thing that is missing.
check() {
  say "what was made in $out"
  local wrong=0 pom base jar file
  missing() { echo "MISSING $*"; wrong=$((wrong + 1)); }
  while IFS= read -r pom; do
    base=${pom%.pom}
    grep -q '<packaging>pom</packaging>' "$pom" ||
      for jar in .jar -sources.jar -javadoc.jar; do
        [ -s "$base$jar" ] || missing "$base$jar"
      done
  done < <(find "$out/repository" -name '*.pom')
  # Each as Maven reads it for its users, with what it inherits.
  java -cp "$(mvn -v | sed -n 's/.*Maven home: \([^[:cntrl:]]*\).*/\1/p')/lib/*" "$poms" "$out/repository" "$HOME/.m2/repository" ${url:+"$url"} ||
    wrong=$((wrong + 1))
  [ -n "$(find "$out/repository" -name '*.pom' -print -quit)" ] || missing "artifacts in $out/repository"
  local keys
  keys=$(mktemp -d)
  gpg -q --homedir "$keys" --import "$out/KEYS" 2>/dev/null || missing "a key in $out/KEYS"
  while IFS= read -r file; do
    gpg -q --homedir "$keys" --verify "$file.asc" "$file" 2>/dev/null || missing "a good signature of $file"
  done < <(find "$out" -type f ! -name '*.asc' ! -name '*.md5' ! -name '*.sha1' ! -name KEYS)
  gpgconf --homedir "$keys" --kill all
  rm -rf "$keys"
  (cd "$out/packages" && sha256sum --quiet -c SHA256SUMS) || missing "checksums that hold"
  for file in "$out"/packages/intercept_*.deb "$out"/packages/intercept-*.tar.gz "$out"/packages/*.sbom.json "$out"/packages/*.provenance.json; do
    [ -s "$file" ] || missing "$file"
  done
  [ $wrong = 0 ] || fail 70 "$wrong things are missing"
  echo "$(find "$out/repository" -name '*.pom' | wc -l) artifacts, $(find "$out" -name '*.asc' | wc -l) good signatures, $(wc -l <"$out/packages/SHA256SUMS") checksums"
}

tagged() {
  if [ $dry_run = yes ]; then
    say "a dry run: nothing was tagged; all is in $out"
    return
  fi
  git -C "$source" tag -s -u "$key" -m "intercept $version" "v$version"
  say "all is in $out; the commit and its tag are in $source. To publish, see docs/releasing.md"
}

need git git
need mvn maven
need gpg gpg
install_missing
arguments "$@"
prepared
built
provenance
signed
check
tagged
