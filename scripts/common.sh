# shellcheck shell=bash disable=SC2034
# Shared by the scripts beside this file: where things live, how they speak, how they get root.
# Source it; it must not install or start anything by itself.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Downloaded engines are large and do not depend on the checkout, so they live outside of it.
ENGINES_DIR="${SKEP_ENGINES_DIR:-$HOME/.cache/skep-engines}"

# The versions that the engine tests are written for. Each can be changed from the environment.
SPARK35_VERSION="${SPARK35_VERSION:-3.5.9}"
# The newest Spark 4 that Iceberg has a runtime for; that of 4.1 breaks in 4.3.
SPARK4_VERSION="${SPARK4_VERSION:-4.1.4}"
TRINO_VERSION="${TRINO_VERSION:-476}"
TRINO_CLIENT_VERSION="${TRINO_CLIENT_VERSION:-0.340.0}"
MOTO_VERSION="${MOTO_VERSION:-5.2.5}"
GRPC_TOOLS_VERSION="${GRPC_TOOLS_VERSION:-1.85.1}"
ICEBERG_VERSION="${ICEBERG_VERSION:-1.12.0}"
HIVE4_ARTIFACTS="org.apache.hive:hive-standalone-metastore-common:4.0.1 org.apache.hive:hive-storage-api:4.0.1
org.apache.thrift:libthrift:0.16.0 org.apache.thrift:libfb303:0.9.3 org.apache.hadoop:hadoop-client-api:3.3.6
org.apache.hadoop:hadoop-client-runtime:3.3.6 com.google.guava:guava:22.0 commons-lang:commons-lang:2.6
org.apache.commons:commons-lang3:3.12.0 org.slf4j:slf4j-api:1.7.36 commons-logging:commons-logging:1.1.3
commons-codec:commons-codec:1.11 org.apache.httpcomponents:httpclient:4.5.13
org.apache.httpcomponents:httpcore:4.4.13"
ICEBERG35_ARTIFACT="iceberg-spark-runtime-3.5_2.12"
ICEBERG4_ARTIFACT="iceberg-spark-runtime-4.1_2.13"
SCHEMATHESIS_VERSION="${SCHEMATHESIS_VERSION:-4.32.5}"
# The driver of the browser wants it; its own version stands in scripts/page/package.json.
NODE_MAJOR=20
CARGO_DENY_VERSION="0.20.2"
CARGO_DENY_SHA256="ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee"

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "error: $*"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or through sudo.
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    fail "this needs root: run '$*' as root, or install sudo"
  fi
}

# Prints the help text at the head of a script: its comment lines after the first line.
help_of() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$1"; }

# Prints the bin directory of the newest PostgreSQL server on the machine, or fails.
# Debian keeps initdb and pg_ctl out of PATH.
postgres_bin() {
  local dir newest=""
  for dir in /usr/lib/postgresql/*/bin; do
    [[ -x $dir/initdb ]] || continue
    newest="$(printf '%s\n%s\n' "$newest" "$dir" | sort -V | tail -1)"
  done
  if [[ -z $newest ]] && have initdb; then
    newest="$(dirname "$(readlink -f "$(command -v initdb)")")"
  fi
  [[ -n $newest ]] && printf '%s\n' "$newest"
}

# Prints the path of the MariaDB server, or fails.
mariadb_server() { command -v mariadbd 2>/dev/null || { [[ -x /usr/sbin/mariadbd ]] && echo /usr/sbin/mariadbd; }; }

# Prints the major version of the Java under the given home.
java_major() { "$1/bin/java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p'; }

# Prints a Java home whose major version lies in [$1, $2], or fails.
# The extra arguments are homes to try first (empty ones are passed over).
find_java() {
  local least="$1" most="$2" home major
  shift 2
  for home in "$@" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    [[ -n $home && -x $home/bin/java ]] || continue
    major="$(java_major "$home")"
    if [[ -n $major && $major -ge $least && $major -le $most ]]; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  return 1
}

# Spark 3.5 and 4 both run on Java 17; Trino 476 needs 24 or newer.
spark_java() { find_java 17 21 "${JAVA17_HOME:-}" /usr/lib/jvm/java-17*; }
trino_java() { find_java 24 99 "${JAVA25_HOME:-}" /usr/lib/jvm/temurin-25*; }

# Whether there is a Node.js of $NODE_MAJOR or newer, with npm.
node_is_new() { have node && have npm && (($(node -p 'process.versions.node.split(".")[0]') >= NODE_MAJOR)); }

# Prints the path of cargo-deny, or fails.
cargo_deny() {
  command -v cargo-deny && return 0
  [[ -x $ENGINES_DIR/cargo-deny/bin/cargo-deny ]] && echo "$ENGINES_DIR/cargo-deny/bin/cargo-deny"
}

# Prints `PASSED FAILED`, added up over the result lines of a `cargo test` log.
rust_counts() {
  awk '/^test result:/ { passed += $4; failed += $6 } END { print passed + 0, failed + 0 }' "$1"
}

# Prints `PASSED FAILED` of the last line `N passed, N failed` of a log.
last_counts() {
  awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed = $1; failed = $3 } END { print passed + 0, failed + 0 }' "$1"
}
