internal import ContainerEngine
internal import LaunchPluginKit

/// Classifies an engine's refusal to start a container.
enum StartFailure {
    /// Parts of messages about failures that may pass; all others are errors of the request.
    private static let passing = [
        "no space left", "timeout", "deadline exceeded", "connection refused", "cannot allocate memory",
        "resource temporarily unavailable", "too many open files", "device or resource busy",
    ]

    static func error(_ error: EngineError, _ job: ContainerJob) -> BackendError {
        let words = error.message.lowercased()
        if passing.contains(where: { words.contains($0) }) {
            return BackendError(.transient, "The engine could not start the container. \(error.message)")
        }
        return BackendError(.invalid, "The container cannot be started. \(error.message)", hint: hint(words, job))
    }

    private static func hint(_ words: String, _ job: ContainerJob) -> String? {
        if words.contains("exec:") || words.contains("executable file") {
            let program = job.entryPoint?.first ?? job.arguments?.first
            return program.map { "Check that the image \(job.image.name) has the program '\($0)' and may run it." }
        }
        if words.contains("unable to find user") || words.contains("unable to find group") {
            return "Use a number, or a name that the image's /etc/passwd and /etc/group have."
        }
        if words.contains("device driver"), job.resources.gpus != nil {
            return "The engine has no GPU runtime; install the NVIDIA container toolkit, or remove 'gpus'."
        }
        if words.contains("storage-opt") || words.contains("storage opt") {
            return
                "The engine's storage driver cannot limit a container's disk. Remove 'storage_size' from the template, "
                + "or use an engine with overlay2 on XFS (mounted with pquota), btrfs or zfs."
        }
        if words.contains("capability") || words.contains("operation not permitted"), job.hardening != nil {
            return "The container is hardened: see cap_drop, cap_add and no_new_privileges of the queue's template."
        }
        if words.contains("read-only file system"), job.hardening?.readOnlyRoot == true {
            return "The root file system is read-only: add the folder to 'writable' in the queue's template."
        }
        if words.contains("network"), let network = job.network {
            return "Create the network with 'docker network create \(network)', or choose another."
        }
        return nil
    }
}
