package import LaunchContainerEngine
package import LaunchPluginKit

/// Classifies an engine's refusal to start a container.
package enum StartFailure {
    /// A failure that may pass, or an error of the request.
    package static func error(_ error: EngineError, _ job: ContainerJob) -> BackendError {
        if error.says(.exhausted) {
            return BackendError(.transient, "The engine could not start the container. \(error.message)")
        }
        return BackendError(.invalid, "The container cannot be started. \(error.message)", hint: hint(error, job))
    }

    private static func hint(_ error: EngineError, _ job: ContainerJob) -> String? {
        if error.says(.programMissing) {
            let program = job.entryPoint?.first ?? job.arguments?.first
            return program.map { "Check that the image \(job.image.name) has the program '\($0)' and may run it." }
        }
        if error.says(.userUnknown) {
            return "Use a number, or a name that the image's /etc/passwd and /etc/group have."
        }
        if error.says(.noDeviceDriver), job.resources.gpus != nil {
            return "The engine has no GPU runtime; install the NVIDIA container toolkit, or remove 'gpus'."
        }
        if error.says(.noStorageLimit) {
            return
                "The engine's storage driver cannot limit a container's disk. Remove 'storage_size' from the template, "
                + "or use an engine with overlay2 on XFS (mounted with pquota), btrfs or zfs."
        }
        if error.says(.lacksCapability), job.hardening != nil {
            return "The container is hardened: see cap_drop, cap_add and no_new_privileges of the queue's template."
        }
        if error.says(.readOnlyFileSystem), job.hardening?.readOnlyRoot == true {
            return "The root file system is read-only: add the folder to 'writable' in the queue's template."
        }
        if error.says(.network), let network = job.network {
            return "Create the network with 'docker network create \(network)', or choose another."
        }
        return nil
    }
}
