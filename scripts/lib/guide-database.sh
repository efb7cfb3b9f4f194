# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# The PostgreSQL of docs/team.md on the machine of scripts/check-guide: a server with the name db.example, a certificate for
# it, and a login like the master user of RDS, which may make databases and roles, and is not a superuser.

# guide_database_start: starts the server of $root and sets database_port. ada has the password of the login.
guide_database_start() {
    local etc
    etc=$(echo "$root"/etc/postgresql/*/main)
    database_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    database_root=$root
    inside openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=db.example -addext subjectAltName=DNS:db.example \
        -keyout /etc/postgresql/key.pem -out /etc/postgresql/certificate.pem 2>/dev/null
    inside chown postgres: /etc/postgresql/key.pem
    printf "port = %s\nssl_cert_file = '/etc/postgresql/certificate.pem'\nssl_key_file = '/etc/postgresql/key.pem'\n" \
        "$database_port" >>"$etc/postgresql.conf"
    mkdir -p "$root/dev/shm"
    echo '127.0.0.1 db.example' >>"$root/etc/hosts"
    inside pg_ctlcluster "$(basename "$(dirname "$etc")")" main start
    inside setpriv --reuid postgres --regid postgres --init-groups psql --quiet --port "$database_port" \
        --command "CREATE ROLE admin LOGIN CREATEDB CREATEROLE PASSWORD 'admin-password'"
    install -d "$root/home/ada/.postgresql"
    cp "$root/etc/postgresql/certificate.pem" "$root/home/ada/.postgresql/root.crt"
    echo 'db.example:*:*:admin:admin-password' >"$root/home/ada/.pgpass"
    chmod 600 "$root/home/ada/.pgpass"
}

guide_database_stop() {
    local etc
    [ -n "${database_root:-}" ] || return 0
    etc=$(echo "$database_root"/etc/postgresql/*/main)
    chroot "$database_root" pg_ctlcluster "$(basename "$(dirname "$etc")")" main stop -m immediate || true
}
