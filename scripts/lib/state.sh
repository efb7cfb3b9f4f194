# shellcheck shell=bash
# The folder for everything that remains after a script: the private container engine, the demo, logs. Needs say.sh.

# On Debian the PATH of an ordinary user, and of root after a plain `su`, lacks these folders.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

state=${LAUNCH_DEV_STATE:-${XDG_STATE_HOME:-${HOME:-}/.local/state}/launch-dev}
case $state in
    /*) ;;
    *) die 64 "LAUNCH_DEV_STATE must be an absolute path, found: $state" ;;
esac
mkdir -p "$state/log" || die 69 "cannot make the state folder $state; set LAUNCH_DEV_STATE to one that can be written"
chmod 700 "$state"
