internal import LaunchContainerEngine
internal import LaunchPluginKit

extension ContainerSpec.HostConfig {
    /// Applies the hardening. Must run after the mounts are set.
    mutating func harden(_ hardening: ContainerJob.Hardening?) {
        guard let hardening else { return }
        processes = hardening.processes
        droppedCapabilities = hardening.dropped
        addedCapabilities = hardening.added
        if hardening.noNewPrivileges == true { securityOptions = ["no-new-privileges"] }
        var mounts = mounts ?? []
        if hardening.readOnlyRoot == true {
            isRootReadOnly = true
            let targets =
                mounts.map { ContainerPath.normal($0.target) } + (hardening.writable ?? []).map(ContainerPath.normal)
            // Compilers of models run programs from /tmp, so it is not mounted noexec.
            if !targets.contains("/tmp") { memoryFolders = ["/tmp": "rw,exec,nosuid,nodev,mode=1777"] }
        }
        mounts += (hardening.writable ?? []).map { path in
            ContainerSpec.Mount(.volume, source: "", target: path, readOnly: false)
        }
        self.mounts = mounts.isEmpty ? nil : mounts
        if let limits = hardening.limits {
            self.limits = limits.sorted { $0.key < $1.key }.compactMap { name, text in
                ContainerJob.Hardening.limit(text).map { .init(name: name, soft: $0.soft, hard: $0.hard) }
            }
        }
        storageOptions = hardening.storageBytes.map { ["size": String($0)] }
    }
}
