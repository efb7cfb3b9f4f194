internal import LaunchSubprocess

/// Checks whether this kernel can restrict child processes to the files that they need.
enum SandboxHealth {
    static func finding(isOn: Bool) -> HealthCheck {
        guard isOn else {
            return HealthCheck(
                .warn, "sandbox", "off: git and docker's command line can change every file of this user",
                hint: "Remove 'sandbox: off' from the configuration.")
        }
        guard let version = Subprocess.Confinement.landlockVersion else {
            return HealthCheck(
                .warn, "sandbox", "no new privileges and no core dumps; this kernel does not offer Landlock",
                hint: "Landlock is in Linux 5.19 and newer, and may have to be named in the kernel's option 'lsm'.")
        }
        guard Subprocess.Confinement.isEnforced else {
            return HealthCheck(
                .warn, "sandbox", "no new privileges and no core dumps; Landlock \(version) of this kernel is too old",
                hint: "Linux 5.19 and newer have version 2.")
        }
        let signals = version >= 6 ? "files and signals" : "files"
        return HealthCheck(.ok, "sandbox", "no new privileges, no core dumps, Landlock \(version) limits \(signals)")
    }
}
