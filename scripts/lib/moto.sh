# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# The server of moto, an imitation of AWS that others have written, and boto3, AWS's own client. Needs say.sh and state.sh.

# What the tests use of it.
moto_packages=('moto[batch,ecr,logs,s3,sagemaker,secretsmanager,sts]==5.2.*' flask flask-cors)

# moto_ensure: puts a python3 with both onto the PATH, if the one that is there has none. Without them, the tests that compare
# with moto or with boto3 are skipped.
moto_ensure() {
    local folder=$state/moto
    if command -v moto_server >/dev/null && python3 -c 'import boto3' 2>/dev/null; then return; fi
    if [ ! -e "$folder/complete" ]; then
        say "downloading moto from PyPI"
        rm -rf "$folder"
        if ! { python3 -m venv "$folder" && within 300 "$folder/bin/pip" install --disable-pip-version-check \
            "${moto_packages[@]}" && "$folder/bin/moto_server" --help; } >"$state/log/moto.log" 2>&1; then
            warn "the tests with moto and boto3 are skipped: they cannot be downloaded; see $state/log/moto.log"
            return
        fi
        touch "$folder/complete"
    fi
    PATH="$folder/bin:$PATH"
}
