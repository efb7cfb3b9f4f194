# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables that the sourced files share
# A private PostgreSQL server: a Unix socket, and a loopback port with TLS and passwords. Needs say.sh and state.sh. Linux
# only.
#
# $state/postgres has one file for each fact: folder, port, password, ca.pem. The folder has the databases and the socket.

postgres_home=$state/postgres
postgres_log=$state/log/postgres.log
postgres_deadline=60 # seconds within which the server must answer
postgres_superuser=launch_test

# postgres_bin: prints the folder of the newest server's programs, version 13 or newer. Distributions do not put all of
# them on the PATH. LAUNCH_DEV_POSTGRES_BIN is the folder of another version.
postgres_bin() {
    local folder version best='' newest=12
    if [ -n "${LAUNCH_DEV_POSTGRES_BIN:-}" ]; then
        [ -x "$LAUNCH_DEV_POSTGRES_BIN/postgres" ] && printf '%s\n' "$LAUNCH_DEV_POSTGRES_BIN"
        return
    fi
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/bin /usr/local/bin; do
        [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] || continue
        version=$("$folder/postgres" --version | sed 's/.*) \([0-9]*\).*/\1/')
        [[ $version =~ ^[0-9]+$ ]] && [ "$version" -gt "$newest" ] || continue
        best=$folder newest=$version
    done
    [ -n "$best" ] && printf '%s\n' "$best"
}

postgres_possible() {
    command -v openssl >/dev/null && command -v setpriv >/dev/null && postgres_bin >/dev/null
}

# postgres_fact NAME: prints what the file with this name has.
postgres_fact() { cat "$postgres_home/$1" 2>/dev/null; }

# postgres_account: prints the account of the server, which refuses to run as root.
postgres_account() {
    if [ "$(id -u)" -ne 0 ]; then id -un; elif id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

# The first words of a command that runs as the account of the server.
postgres_as=(env)
[ "$(id -u)" -ne 0 ] ||
    postgres_as=(setpriv --reuid="$(postgres_account)" --regid="$(id -g "$(postgres_account)")" --clear-groups -- env HOME=/)

# postgres_pid: prints the ID of the server's process. Another process may have the number after a restart of the machine,
# so the command line must name this server's folder too.
postgres_pid() {
    local folder pid command
    folder=$(postgres_fact folder) || return 1
    pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
    command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || return 1
    [[ $command == *postgres*"$folder"* ]] || return 1
    printf '%s\n' "$pid"
}

postgres_runs() { postgres_pid >/dev/null; }

# postgres_answers: whether the server runs and takes connections.
postgres_answers() {
    local bin
    postgres_runs && bin=$(postgres_bin) &&
        "$bin/pg_isready" --quiet --timeout=10 --host="$(postgres_fact folder)/run" --port="$(postgres_fact port)" \
            --username="$postgres_superuser" --dbname=postgres
}

# postgres_env: prints the variables of libpq for the superuser, over TLS. The last two are for tests, which connect
# without a password too, and kill the server.
postgres_env() {
    printf 'export PGHOST=localhost PGPORT=%q PGDATABASE=postgres PGUSER=%q PGPASSWORD=%q' \
        "$(postgres_fact port)" "$postgres_superuser" "$(postgres_fact password)"
    printf ' PGSSLMODE=verify-full PGSSLROOTCERT=%q' "$postgres_home/ca.pem"
    printf ' LAUNCH_DEV_POSTGRES_SOCKET=%q LAUNCH_DEV_POSTGRES_PID=%q\n' "$(postgres_fact folder)/run" "$(postgres_pid)"
}

# postgres_start: returns when the server takes connections. Sets postgres_started to 1 if it did not run before.
postgres_start() {
    local code=0
    postgres_started=0
    postgres_possible ||
        die 69 "PostgreSQL 13 or newer is not installed. On Debian or Ubuntu: apt-get install postgresql openssl"
    mkdir -p "$postgres_home"
    chmod 700 "$postgres_home"
    # Two concurrent scripts must not start two servers on one folder. The subshell holds the lock.
    (
        flock -w $((2 * postgres_deadline)) 9 || die 69 "another script is starting the server and does not come to an end"
        # A server that others use is given time before the start counts as failed: it may recover from a kill.
        { postgres_runs && postgres_await; } || postgres_start_locked
    ) 9>"$postgres_home/lock" || code=$?
    case $code in
        0) ;;
        3) postgres_started=1 ;;
        *) exit "$code" ;;
    esac
    say "PostgreSQL server: localhost:$(postgres_fact port)"
}

# postgres_await_reaped: returns when the process of a killed server is gone. Until its parent has collected it, PostgreSQL
# takes the zombie for a running server and does not start.
postgres_await_reaped() {
    local folder pid began=$SECONDS
    folder=$(postgres_fact folder) || return 0
    pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null) || return 0
    [[ $pid =~ ^[0-9]+$ ]] || return 0
    while [ "$(sed 's/.*) \(.\).*/\1/' "/proc/$pid/stat" 2>/dev/null)" = Z ]; do
        [ $((SECONDS - began)) -lt "$postgres_deadline" ] || return 0
        sleep 0.1
    done
}

postgres_start_locked() {
    local folder bin
    bin=$(postgres_bin)
    postgres_await_reaped
    if [ ! -e "$postgres_home/ready" ]; then
        postgres_stop
        say "starting a private PostgreSQL server, state in $postgres_home"
        postgres_create "$bin"
    fi
    folder=$(postgres_fact folder)
    # A separate session, without the open files of the script: a caller that reads the script's output to its end must
    # not wait for the server. The file of the log is opened here, because the account cannot enter the state folder.
    (
        for file in "/proc/$BASHPID/fd/"*; do
            file=${file##*/}
            [ "$file" -le 2 ] || eval "exec $file>&-"
        done
        cd /
        exec "${postgres_as[@]}" setsid "$bin/postgres" -D "$folder/data"
    ) </dev/null >>"$postgres_log" 2>&1 &
    postgres_await || postgres_fail "the PostgreSQL server does not start"
    [ -e "$postgres_home/ready" ] || postgres_superuser_create "$bin" "$folder"
    return 3
}

# postgres_await: returns when the server takes connections, and fails if it ends or the deadline passes.
postgres_await() {
    local began=$SECONDS
    until postgres_answers; do
        # The server writes its process ID a moment after its start.
        postgres_runs || [ $((SECONDS - began)) -lt 5 ] || return 1
        [ $((SECONDS - began)) -lt "$postgres_deadline" ] || return 1
        sleep 0.1
    done
}

# postgres_create BIN: makes the folder, the certificates and an empty server.
postgres_create() {
    local folder=$postgres_home/server port
    : >"$postgres_log"
    # The account of the server cannot enter the state folder of root.
    if [ "$(id -u)" -eq 0 ]; then folder=$(mktemp -d /var/tmp/launch-dev-postgres-XXXXXX); fi
    printf '%s\n' "$folder" >"$postgres_home/folder"
    # The path of the socket must fit into 108 bytes (sun_path).
    [ ${#folder} -lt 80 ] || die 69 "the path is too long for a socket, set LAUNCH_DEV_STATE: $folder"
    port=$(python3 -c 'import socket
one = socket.socket()
one.bind(("127.0.0.1", 0))
print(one.getsockname()[1])') || die 69 "no free port"
    printf '%s\n' "$port" >"$postgres_home/port"
    (umask 077 && openssl rand -hex 16 >"$postgres_home/password") || die 69 "openssl makes no random number"
    mkdir -p "$folder/run"
    postgres_certificates "$folder"
    [ "$(id -u)" -ne 0 ] || chown -R "$(postgres_account)" "$folder"
    chmod 700 "$folder"
    quietly "$state/log/initdb.log" "${postgres_as[@]}" "$1/initdb" --pgdata="$folder/data" \
        --username="$postgres_superuser" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C || die 69 "initdb failed"
    postgres_configure "$folder" "$port"
}

# postgres_certificates FOLDER: makes an authority, and a certificate of it for this machine's loopback names. The key of
# the authority is deleted, so it signs nothing else.
postgres_certificates() {
    local work
    work=$(mktemp -d)
    cat >"$work/names" <<'END'
basicConstraints=critical,CA:FALSE
subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
END
    (
        umask 077
        cd "$work"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=launch-dev' \
            -keyout ca.key -out ca.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=localhost' \
            -keyout server.key -out server.csr
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile names \
            -out server.pem
    ) >"$state/log/postgres-certificates.log" 2>&1 || {
        tail -n 15 "$state/log/postgres-certificates.log" | sed 's/^/    | /' >&2
        rm -rf "$work"
        die 69 "openssl cannot make the certificates"
    }
    cp "$work/ca.pem" "$postgres_home/ca.pem"
    cp "$work/server.key" "$work/server.pem" "$1/"
    rm -rf "$work"
}

# postgres_configure FOLDER PORT: initdb has made both files, so the account stays their owner.
postgres_configure() {
    cat >>"$1/data/postgresql.conf" <<END
listen_addresses = 'localhost'
port = $2
unix_socket_directories = '$1/run'
ssl = on
ssl_cert_file = '$1/server.pem'
ssl_key_file = '$1/server.key'
password_encryption = 'scram-sha-256'
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
END
    # Only the account of the server and root can enter the folder of the socket.
    cat >"$1/data/pg_hba.conf" <<'END'
local all all trust
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
END
}

# postgres_superuser_create BIN FOLDER: gives the superuser its password. The server is complete afterwards.
postgres_superuser_create() {
    local bin=$1
    printf "ALTER ROLE %s PASSWORD '%s';\n" "$postgres_superuser" "$(postgres_fact password)" |
        "$bin/psql" --quiet --no-psqlrc --host="$2/run" --port="$(postgres_fact port)" --username="$postgres_superuser" \
            --dbname=postgres --set=ON_ERROR_STOP=1 || postgres_fail "the superuser gets no password"
    : >"$postgres_home/ready"
}

postgres_fail() {
    tail -n 15 "$postgres_log" 2>/dev/null | sed 's/^/    | /' >&2
    die 69 "$1; the end of $postgres_log is above"
}

# postgres_stop: ends the server and deletes its databases.
postgres_stop() {
    local folder pid began=$SECONDS signal=QUIT
    while pid=$(postgres_pid); do
        # QUIT ends the server and its connections at once, without a checkpoint of databases that are deleted anyway.
        [ -z "$signal" ] || kill "-$signal" "$pid" 2>/dev/null || true
        [ "$signal" != QUIT ] || kill -CONT "$pid" 2>/dev/null || true
        signal=''
        [ $((SECONDS - began)) -lt 10 ] || signal=KILL began=$SECONDS
        sleep 0.1
    done
    folder=$(postgres_fact folder) || return 0
    # Only folders that this file makes are deleted.
    case $folder in
        "$postgres_home/server" | /var/tmp/launch-dev-postgres-??????) rm -rf "$folder" ;;
    esac
    rm -f "$postgres_home"/{ready,folder,port,password,ca.pem}
}
