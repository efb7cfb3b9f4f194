package import LaunchPluginKit

/// Checks of a container job that do not need the engine.
///
/// Findings have the paths of the template's keys, because users write those.
package struct ContainerJobChecks {
    private let job: ContainerJob
    private var findings: [Finding] = []

    package static func findings(of job: ContainerJob) -> [Finding] {
        var checks = ContainerJobChecks(job)
        checks.checkProcess()
        checks.checkEnvironment()
        checks.checkResources()
        checks.checkMounts()
        checks.checkPlaces()
        checks.checkTimes()
        checks.checkMetrics()
        let hardening = job.hardening.map { HardeningChecks.findings(of: $0, job) } ?? []
        return checks.findings + hardening
    }

    private init(_ job: ContainerJob) {
        self.job = job
    }

    private mutating func note(
        _ key: String, member: String? = nil, index: Int? = nil, _ message: String, hint: String? = nil
    ) {
        var place = FieldPath([.member(key)])
        if let member { place = place.appending(member) }
        if let index { place = place.appending(index: index) }
        findings.append(Finding(.error, at: place, message, hint: hint))
    }

    /// Reports a NUL byte, which the kernel accepts in none of these texts. True if there is one.
    private mutating func hasNUL(_ text: String, _ path: String, index: Int? = nil) -> Bool {
        guard text.utf8.contains(0) else { return false }
        note(path, index: index, "a text for the container may not hold a NUL byte")
        return true
    }

    private mutating func checkLength(_ text: String, _ limit: Int, _ path: String, index: Int? = nil) {
        guard text.utf8.count > limit else { return }
        note(path, index: index, "a text of \(text.utf8.count) bytes; the kernel accepts at most \(limit) here")
    }

    private mutating func checkProcess() {
        if let entryPoint = job.entryPoint {
            if entryPoint.first?.isEmpty ?? true {
                note("entry_point", "it is empty", hint: "Leave the key out to keep the image's own entry point.")
            }
            for (index, part) in entryPoint.enumerated() {
                guard !hasNUL(part, "entry_point", index: index) else { continue }
                checkLength(part, index == 0 ? StartLimits.path : StartLimits.text, "entry_point", index: index)
            }
        }
        for (index, part) in (job.arguments ?? []).enumerated() where !hasNUL(part, "args", index: index) {
            checkLength(part, StartLimits.text, "args", index: index)
        }
        checkLength(job.user ?? "", StartLimits.path, "user")
        checkLength(job.workingDirectory ?? "", StartLimits.path, "workdir")
        if let user = job.user, !hasNUL(user, "user"),
            user.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]*\$?(?::[A-Za-z0-9_][A-Za-z0-9_.-]*\$?)?/) == nil
        {
            note("user", "'\(user)' is not a user: write a name or a number, and after a ':' a group")
        }
        if let folder = job.workingDirectory, !hasNUL(folder, "workdir"), !folder.hasPrefix("/") {
            note("workdir", "'\(folder)' must be an absolute path in the container")
        }
        if let network = job.network, !hasNUL(network, "network") {
            if network.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_.-]*/) == nil {
                note(
                    "network", network.isEmpty ? "it is empty" : "'\(network)' is not the name of a network",
                    hint: "Write none, host, or the name of a network of the engine.")
            }
        }
    }

    private mutating func checkEnvironment() {
        for (name, value) in job.environment.sorted(by: { $0.key < $1.key }) {
            if name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil {
                note("env", member: name, "'\(name)' is not a variable name: letters, digits and '_', no digit first")
            } else if name.hasPrefix("LAUNCH_"), !isOwn(name) {
                note("env", member: name, "names that begin with LAUNCH_ are reserved")
            }
            if value.utf8.contains(0) { note("env", member: name, "a text for the container may not hold a NUL byte") }
            let size = name.utf8.count + 1 + value.utf8.count
            if size > StartLimits.text {
                note(
                    "env", member: name, "a variable of \(size) bytes; the kernel accepts at most \(StartLimits.text)",
                    hint: "Put long texts into a file.")
            }
        }
        // Each text also costs its NUL byte and a pointer.
        let size =
            job.environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 10 }
            + ((job.entryPoint ?? []) + (job.arguments ?? [])).reduce(0) { $0 + $1.utf8.count + 9 }
        if size > StartLimits.all {
            note(
                "env",
                "arguments and variables have \(size) bytes; a program can be started with at most "
                    + "\(StartLimits.all)", hint: "Put long parameters into a file, such as an input or a volume.")
        }
    }

    /// True for launch's own variables, also for a part of one that another backend must split:
    /// `LAUNCH_RUN_CONFIG_0`.
    private func isOwn(_ name: String) -> Bool {
        ResolvedJob.launchVariableNames.contains(name.replacing(/_[0-9]+$/, with: ""))
    }

    private mutating func checkResources() {
        let resources = job.resources
        if let cpus = resources.cpus, !(cpus >= 0.01 && cpus <= 4096) {
            note("cpus", "\(cpus) is out of range: 0.01 to 4096")
        }
        if let memory = resources.memoryBytes, memory < 6 << 20 {
            note("memory", "\(memory) bytes are less than the engine's least, 6 MiB (\(6 << 20) bytes)")
        }
        if let shared = resources.sharedMemoryBytes, shared <= 0 {
            note("shm_size", "it must be over 0 bytes, and it is \(shared)")
        }
        if let shared = resources.sharedMemoryBytes, let memory = resources.memoryBytes, shared > memory {
            findings.append(
                Finding(
                    .warning, at: FieldPath([.member("shm_size")]),
                    "what is written to /dev/shm counts as memory, and 'memory' is smaller (\(memory) bytes)"))
        }
        if let gpus = resources.gpus, gpus < -1 {
            note("gpus", "\(gpus) is not a number of GPUs: write 0 or more, or 'all'")
        }
    }

    private mutating func checkMounts() {
        var targets: Set<String> = []
        for (index, mount) in job.mounts.enumerated() {
            if hasNUL(mount.text, "volumes", index: index) { continue }
            if mount.target.isEmpty {
                note("volumes", index: index, "'\(mount.source)' is not source:target[:ro|rw|z|Z]")
                continue
            }
            if let colon = mount.target.firstIndex(of: ":") {
                let mode = mount.target[mount.target.index(after: colon)...]
                note(
                    "volumes", index: index, "what follows the target must be ro, rw, z or Z, and it is '\(mode)'",
                    hint: "Other options of docker's -v are not supported.")
                continue
            }
            checkSource(mount, index)
            if !mount.target.hasPrefix("/") {
                note("volumes", index: index, "the target '\(mount.target)' must be an absolute path in the container")
            } else if ContainerPath.normal(mount.target) == "/" {
                note("volumes", index: index, "a mount cannot replace the container's root, '/'")
            } else if !targets.insert(ContainerPath.normal(mount.target)).inserted {
                note("volumes", index: index, "two mounts have the target \(mount.target)")
            }
        }
    }

    private mutating func checkSource(_ mount: ContainerJob.Mount, _ index: Int) {
        let source = mount.source
        if source.hasPrefix("/") { return }
        if source.wholeMatch(of: /[a-zA-Z0-9][a-zA-Z0-9_.-]+/) != nil { return }
        if source.contains("/") || source.hasPrefix(".") || source.hasPrefix("~") {
            note(
                "volumes", index: index, "the source '\(source)' is a relative path",
                hint: "Write an absolute path, or the name of a volume.")
        } else {
            note(
                "volumes", index: index,
                "'\(source)' is not a volume name: 2 or more letters, digits, '_', '.', '-'; a letter or digit first")
        }
    }

    private mutating func checkPlaces() {
        var seen: Set<String> = []
        for (index, output) in job.outputs.enumerated() where !hasNUL(output, "outputs", index: index) {
            if !output.hasPrefix("/") {
                note("outputs", index: index, "'\(output)' must be an absolute path in the container")
            } else if ContainerPath.normal(output) == "/" {
                note("outputs", index: index, "the container's whole root cannot be an output; name a folder in it")
            } else if !seen.insert(ContainerPath.normal(output)).inserted {
                note("outputs", index: index, "\(output) is in the list twice")
            }
        }
    }

    private mutating func checkTimes() {
        if let limit = job.timeLimitSeconds, !(1...1_000_000_000).contains(limit) {
            note("time_limit", "\(limit) s is out of range: 1 s to 1000000000 s")
        }
        if !(0...86_400).contains(job.stopGraceSeconds) {
            note("stop_grace", "\(job.stopGraceSeconds) s is out of range: 0 s to 86400 s (1 d)")
        }
    }

    private mutating func checkMetrics() {
        for (name, pattern) in job.metrics.sorted(by: { $0.key < $1.key }) {
            do {
                _ = try MetricPattern(name: name, pattern)
            } catch {
                note("metrics", member: name, error.description)
            }
        }
    }
}
