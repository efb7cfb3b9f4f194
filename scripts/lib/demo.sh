# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# The steps of the quickstart. Needs say.sh, state.sh and json.sh, and `launch` on the PATH.

# show COMMAND...: prints the command as a user types it, then runs it.
show() {
    printf '\n%s$ %s%s\n' "$demo_bold" "$(typed "$@")" "$demo_off"
    "$@"
}

# typed COMMAND...: prints the command, with quotes only where a shell needs them.
typed() {
    local word line=''
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_./:=@,+-]* | '') word=$(printf '%q' "$word") ;;
        esac
        line+="${line:+ }$word"
    done
    printf '%s\n' "$line"
}

if [ -t 1 ] && [ -n "$say_bold" ]; then
    demo_bold=$say_bold demo_off=$say_off
else
    demo_bold='' demo_off=''
fi

# demo_submit COMMAND...: runs the command and sets run_id to its standard output.
demo_submit() {
    printf '\n%s$ %s%s\n' "$demo_bold" "$(typed "$@")" "$demo_off"
    run_id=$("$@")
    printf '%s\n' "$run_id"
    [ -n "$run_id" ] || die 70 "launch submit printed no run ID"
}

# demo_drain: ignores the exit code of the agent. demo_result checks the states of the runs.
demo_drain() {
    show launch agent -c examples/iris/launch-config.yaml --drain || warn "the agent ended with code $?"
}

# demo_result RUN: shows the result of the run. Returns 1 unless it succeeded and wrote a model.
demo_result() {
    local record state folder model=''
    show launch logs "$1" || warn "no logs"
    show launch status "$1" || true
    record=$(launch status "$1" --json) || true
    state=$(json_field state <<<"$record") || state=unknown
    while IFS= read -r folder; do
        [ ! -f "$folder/model.json" ] || model=$folder
    done < <(json_paths <<<"$record")
    if [ "$state" != succeeded ]; then
        warn "run $1 ended as: $state"
        return 1
    elif [ -z "$model" ]; then
        warn "run $1 succeeded, but none of its outputs holds a model.json"
        return 1
    fi
    show cat "$model/metrics.json"
    show ls -l "$model/model.json"
}
