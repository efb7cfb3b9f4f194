# shellcheck shell=bash
# Sources the files of this folder in the order of their dependencies. Source it in the root of the repository.

# shellcheck source=scripts/lib/say.sh
. scripts/lib/say.sh
# shellcheck source=scripts/lib/state.sh
. scripts/lib/state.sh
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/promtool.sh
. scripts/lib/promtool.sh
# shellcheck source=scripts/lib/swift.sh
. scripts/lib/swift.sh
# shellcheck source=scripts/lib/private-engine.sh
. scripts/lib/private-engine.sh
# shellcheck source=scripts/lib/slurm.sh
. scripts/lib/slurm.sh
# shellcheck source=scripts/lib/postgres.sh
. scripts/lib/postgres.sh
# shellcheck source=scripts/lib/engine.sh
. scripts/lib/engine.sh
# shellcheck source=scripts/lib/engine-watch.sh
. scripts/lib/engine-watch.sh
