# shellcheck shell=bash
# Runs inside of a machine of scripts/check-guide: bash step.sh FOLDER PAGE HOW, in a folder below the home. Executes the
# commands of /tmp/guide/page.sh that have this HOW, one after the other in one shell, and appends a line for each to
# /tmp/guide/steps: place, seconds, exit code, command. Ends at the first that fails.
set -u
# As in a terminal.
shopt -s expand_aliases
guide_page=${2##*/} guide_how=$3 guide_pids=()
cd "$HOME/$1" || exit 70

# guide_row LINE SECONDS CODE: a row for $guide_text.
guide_row() {
    local first=${guide_text%%$'\n'*}
    first=${first#"${first%%[! ]*}"}
    [ ${#first} -le 110 ] || first="${first:0:109}…"
    printf '%s:%s\t%s\t%s\t%s\n' "${guide_page%.md}" "$1" "$2" "$3" "$first" >>/tmp/guide/steps
}

guide_end() {
    [ ${#guide_pids[@]} -eq 0 ] || kill -TERM "${guide_pids[@]}" 2>/dev/null
    wait
}
trap guide_end EXIT

page_command() {
    local guide_began guide_code=0
    guide_text=$(cat)
    case $2 in
        "$guide_how") ;;
        'in a second terminal')
            [ -z "$guide_how" ] || return 0
            bash -c "$guide_text" >/tmp/guide/second.log 2>&1 </dev/null &
            guide_pids+=($!)
            guide_row "$1" - started
            return
            ;;
        *) return 0 ;;
    esac
    printf '$ %s\n' "$guide_text"
    guide_began=${EPOCHREALTIME/./}
    # The shell stays the same for all commands: folders and variables are kept.
    eval "$guide_text" </dev/null
    guide_code=$?
    guide_began=$(((${EPOCHREALTIME/./} - guide_began) / 100000))
    guide_row "$1" "$((guide_began / 10)).$((guide_began % 10))" "$guide_code"
    [ "$guide_code" -eq 0 ] && return
    [ ! -s /tmp/guide/second.log ] || { echo 'the second terminal:' && tail -n 20 /tmp/guide/second.log; }
    exit "$guide_code"
}

# A row for what is not run, at the place where the user types it. The other kinds of installation are not in the guide.
page_skipped() {
    guide_text=$(cat)
    case $guide_page:$guide_how:$2 in
        laptop.md::* | ec2.md::*) ;;
        *) return 0 ;;
    esac
    guide_row "$1" - 'not run'
    case $guide_text in *'docker push'*) guide_push ;; esac
}

# guide_push: an index of images in ECR, as docker's push leaves it. It is never pulled.
guide_push() {
    local digest
    digest=sha256:$(printf guide | sha256sum | cut -d ' ' -f 1)
    aws ecr put-image --region us-east-1 --repository-name team/training --image-tag v1 --image-manifest '{"schemaVersion":2,
"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",
"size":2,"digest":"'"$digest"'","platform":{"architecture":"amd64","os":"linux"}}]}' >/dev/null
}

# shellcheck disable=SC1091 # scripts/check-guide writes it
. /tmp/guide/page.sh
