# shellcheck shell=bash disable=SC2034
# Starts throw-away PostgreSQL and MariaDB servers for tests. Source it after common.sh.
#
# Each server owns a directory below $1, listens on a free loopback port, trusts everybody there,
# and is tuned for speed alone: what it holds may be lost at any moment. It dies with this shell.

DATABASE_START_SECONDS=60
DATABASE_STOP_SECONDS=20
DATABASE_CONNECTIONS=500

# Prints a port on which nobody listens now. It is below the range that the kernel hands out, so
# that an outgoing connection does not take it before the server does.
free_port() {
  local port
  while :; do
    port=$((RANDOM % 12000 + 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "$port"
}

# as_user USER SIGNAL COMMAND...: becomes the command, as that user when we are root (neither server
# runs as root), in a session of its own, so that a Ctrl-C stops the tests before the servers.
# The signal is what the command gets should this shell be killed.
as_user() {
  local user="$1" signal="$2" options
  shift 2
  options=(--pdeathsig "$signal")
  [[ $(id -u) -ne 0 ]] || options+=(--reuid "$user" --regid "$user" --init-groups)
  exec setsid setpriv "${options[@]}" "$@"
}

# until_ready PID COMMAND...: polls until the command succeeds; fails when the process ends first.
until_ready() {
  local pid="$1" deadline=$((SECONDS + DATABASE_START_SECONDS))
  shift
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || return 1
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# owned_dir PATH USER: makes a directory that the server's user owns.
owned_dir() {
  mkdir -p "$1"
  [[ $(id -u) -ne 0 ]] || chown "$2" "$1"
}

# Sets POSTGRES_PID and POSTGRES_URL.
start_postgres() {
  local dir="$1/postgres" bin port attempt
  bin="$(postgres_bin)" || fail "PostgreSQL is missing: run scripts/install tests"
  owned_dir "$dir" postgres
  (as_user postgres KILL "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --no-sync \
    --encoding=UTF8 --locale=C) >"$dir.log" 2>&1 || { cat "$dir.log" >&2; fail "initdb failed"; }
  for attempt in 1 2 3; do
    port="$(free_port)"
    (as_user postgres QUIT "$bin/postgres" -D "$dir/data" -p "$port" -k "$dir" \
      -c listen_addresses=127.0.0.1 -c max_connections=$DATABASE_CONNECTIONS -c fsync=off \
      -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=128MB \
      -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.max=50000 \
      -c autovacuum=on -c max_wal_size=2GB) >>"$dir.log" 2>&1 &
    POSTGRES_PID=$!
    if until_ready "$POSTGRES_PID" "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then
      POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
      return 0
    fi
    stop_pid "$POSTGRES_PID" QUIT
    say "PostgreSQL did not start (attempt $attempt)"
  done
  tail -20 "$dir.log" >&2
  fail "PostgreSQL did not start"
}

# Sets MARIADB_PID and MYSQL_URL.
start_mariadb() {
  local dir="$1/mariadb" server port attempt
  server="$(mariadb_server)" || fail "MariaDB is missing: run scripts/install tests"
  owned_dir "$dir" mysql
  local user=(--user="$(id -un)")
  [[ $(id -u) -ne 0 ]] || user=(--user=mysql)
  mariadb-install-db --no-defaults "${user[@]}" --datadir="$dir/data" --skip-test-db \
    --auth-root-authentication-method=normal >"$dir.log" 2>&1 ||
    { cat "$dir.log" >&2; fail "mariadb-install-db failed"; }
  for attempt in 1 2 3; do
    port="$(free_port)"
    (as_user mysql KILL "$server" --no-defaults --datadir="$dir/data" --socket="$dir/s" \
      --port="$port" --bind-address=127.0.0.1 --pid-file="$dir/pid" --skip-name-resolve \
      --max-connections=$DATABASE_CONNECTIONS --innodb-flush-log-at-trx-commit=0 \
      --innodb-doublewrite=0 --innodb-flush-method=nosync --skip-log-bin \
      --innodb-buffer-pool-size=128M) >>"$dir.log" 2>&1 &
    MARIADB_PID=$!
    if until_ready "$MARIADB_PID" mariadb-admin --no-defaults -h 127.0.0.1 -P "$port" -u root ping; then
      MYSQL_URL="mysql://root@127.0.0.1:$port/mysql"
      return 0
    fi
    stop_pid "$MARIADB_PID" KILL
    say "MariaDB did not start (attempt $attempt)"
  done
  tail -20 "$dir.log" >&2
  fail "MariaDB did not start"
}

# stop_pid PID SIGNAL: asks a child of this shell to end, then insists, and reaps it.
stop_pid() {
  local pid="$1" deadline=$((SECONDS + DATABASE_STOP_SECONDS))
  [[ -n $pid ]] || return 0
  kill -s "$2" "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS >= deadline)); then
      kill -s KILL "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.05
  done
  wait "$pid" 2>/dev/null || true
}
