internal import LaunchPluginKit

extension SlurmRequest {
    /// What only the checks need.
    struct Notes: Codable {
        /// Variables of a submitter that the container's command reads itself, outside of the container.
        var outside: [String] = []

        init(_ request: RunRequest) {
            self = (try? request.notes?.decode(Notes.self)) ?? Notes()
        }

        private init() {}

        /// In a queue with a container, its owner decides what runs on the node. The container's command runs there with
        /// the submitter's variables, and some of them would add mounts or run another program.
        init(_ job: ResolvedJob, _ template: Options) {
            guard job.queue != nil, template.strings("container")?.isEmpty == false else { return }
            let own = template.stringMap("env") ?? [:]
            outside = job.environment.filter { own[$0.key] != $0.value && Self.isRead($0.key) }.keys.sorted()
        }

        /// As a request stores it; nil if there is nothing.
        var stored: JSONValue? { outside.isEmpty ? nil : try? JSONValue(encoding: self) }

        var findings: [Finding] {
            outside.map { name in
                Finding(
                    .error, at: FieldPath([.member("env"), .member(name)]),
                    "the command of the container reads \(name) on the node, outside of the container",
                    hint:
                        "With apptainer, write APPTAINERENV_\(name). Or the queue's owner sets it in 'env' of the template."
                )
            }
        }

        private static func isRead(_ name: String) -> Bool {
            if inside.contains(where: name.hasPrefix) { return false }
            return names.contains(name) || prefixes.contains(where: name.hasPrefix)
        }

        /// Apptainer sets the rest of such a name in the container only.
        private static let inside = ["APPTAINERENV_", "SINGULARITYENV_"]

        /// Of the loader, of bash, of the interpreters of runtimes that are scripts, of the runtimes, and of srun.
        private static let names: Set = [
            "BASH_ENV", "CDPATH", "ENV", "GCONV_PATH", "GLIBC_TUNABLES", "HOME", "IFS", "LOCPATH", "PATH", "PERL5LIB",
            "PERL5OPT", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "SHELL",
        ]
        private static let prefixes = [
            "APPTAINER", "BASH_", "CONTAINER", "DOCKER_", "ENROOT_", "LD_", "PMI", "PYXIS_", "SALLOC_", "SBATCH_",
            "SINGULARITY", "SLURM", "SRUN_", "XDG_",
        ]
    }
}
