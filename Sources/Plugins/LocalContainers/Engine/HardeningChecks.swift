internal import LaunchPluginKit

/// Checks the hardening of a container job. Findings have the paths of the template's keys. Pure.
enum HardeningChecks {
    /// The kernel's capabilities, without `CAP_`.
    static let capabilities: Set = [
        "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN",
        "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE",
        "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST",
        "NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT",
        "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG",
        "WAKE_ALARM",
    ]

    /// The resource limits that engines accept.
    static let limits: Set = [
        "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss",
        "rtprio",
        "rttime", "sigpending", "stack",
    ]

    static func findings(of hardening: ContainerJob.Hardening, _ job: ContainerJob) -> [Finding] {
        capabilities("cap_drop", hardening.dropped) + capabilities("cap_add", hardening.added)
            + numbers(hardening) + limits(hardening) + places(hardening, job)
    }

    private static func finding(
        _ key: String, index: Int? = nil, member: String? = nil, _ message: String, hint: String? = nil,
        severity: Finding.Severity = .error
    ) -> Finding {
        var place = FieldPath([.member(key)])
        if let member { place = place.appending(member) }
        if let index { place = place.appending(index: index) }
        return Finding(severity, at: place, message, hint: hint)
    }

    private static func capabilities(_ key: String, _ names: [String]?) -> [Finding] {
        (names ?? []).enumerated().compactMap { index, name in
            let plain = name.hasPrefix("CAP_") ? String(name.dropFirst(4)) : name
            guard name != "ALL", !capabilities.contains(plain) else { return nil }
            return finding(
                key, index: index, "'\(name)' is not a capability of Linux",
                hint: "Write a name in capital letters, such as NET_RAW or SYS_PTRACE, or ALL.")
        }
    }

    private static func numbers(_ hardening: ContainerJob.Hardening) -> [Finding] {
        var findings: [Finding] = []
        if let processes = hardening.processes, !(1...4_194_304).contains(processes) {
            findings.append(finding("pids_limit", "\(processes) is out of range: 1 to 4194304"))
        }
        if let size = hardening.storageBytes, size <= 0 {
            findings.append(finding("storage_size", "it must be over 0 bytes, and it is \(size)"))
        }
        return findings
    }

    private static func limits(_ hardening: ContainerJob.Hardening) -> [Finding] {
        (hardening.limits ?? [:]).sorted { $0.key < $1.key }.compactMap { name, text in
            guard limits.contains(name) else {
                return finding(
                    "ulimits", member: name, "'\(name)' is not a limit of the kernel",
                    hint: "Known: \(limits.sorted().joined(separator: ", ")).")
            }
            guard ContainerJob.Hardening.limit(text) == nil else { return nil }
            return finding(
                "ulimits", member: name,
                "'\(text)' must be SOFT or SOFT:HARD, each a number from 0 or 'unlimited', SOFT not over HARD")
        }
    }

    private static func places(_ hardening: ContainerJob.Hardening, _ job: ContainerJob) -> [Finding] {
        var findings: [Finding] = []
        var seen = Set(job.mounts.map { ContainerPath.normal($0.target) })
        for (index, path) in (hardening.writable ?? []).enumerated() {
            let place = ContainerPath.normal(path)
            if path.utf8.contains(0) || !path.hasPrefix("/") || place == "/" {
                findings.append(
                    finding(
                        "writable", index: index, "'\(path)' must be an absolute path in the container, below the root")
                )
            } else if !seen.insert(place).inserted {
                findings.append(finding("writable", index: index, "\(path) is the target of another mount already"))
            }
        }
        guard hardening.readOnlyRoot == true else { return findings }
        // The memory folder is gone when the container has ended, so an output in /tmp cannot be kept.
        for (index, output) in job.outputs.enumerated() {
            let place = ContainerPath.normal(output)
            guard !seen.contains(where: { place == $0 || place.hasPrefix($0 + "/") }) else { continue }
            findings.append(
                finding(
                    "outputs", index: index, "\(output) cannot be written: 'read_only' is true and no volume is there",
                    hint: "Add its folder to 'writable'.", severity: .warning))
        }
        return findings
    }
}

extension ContainerJob.Hardening {
    /// Reads `SOFT` or `SOFT:HARD`; -1 means unlimited. Nil for any other text.
    static func limit(_ text: String) -> (soft: Int64, hard: Int64)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count) else { return nil }
        var numbers: [Int64] = []
        for part in parts {
            if part == "unlimited" || part == "-1" {
                numbers.append(-1)
            } else if let number = Int64(part), number >= 0 {
                numbers.append(number)
            } else {
                return nil
            }
        }
        guard let soft = numbers.first, let hard = numbers.last else { return nil }
        guard hard == -1 || (soft != -1 && soft <= hard) else { return nil }
        return (soft, hard)
    }
}
