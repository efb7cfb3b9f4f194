package import LaunchContainerEngine
internal import LaunchCrypto
package import LaunchPluginKit

/// The names by which a run's container is found.
package enum RunContainer {
    /// The version of the labels' meaning.
    package static let version = "1"
    /// Label with the run ID.
    package static let runLabel = "launch.run"
    /// Label with the fingerprint of the request.
    package static let requestLabel = "launch.request"
    /// Label with the version of the labels.
    package static let versionLabel = "launch.version"
    /// Label with the run's time limit in seconds.
    package static let timeLimitLabel = "launch.time_limit"
    /// Label with the identity of the run's home.
    package static let homeLabel = "launch.home"

    package static func name(_ runID: RunID) -> String { "launch-\(runID)" }

    /// The hash that shows whether a container was created from this request.
    package static func fingerprint(of request: RunRequest) throws(BackendError) -> String {
        do {
            return SHA256.hex(try JSON.canonicalData(request.document))
        } catch {
            throw BackendError(.internalFault, "The request cannot be written as JSON: \(error)")
        }
    }

    /// The engine's specification of the container.
    package static func spec(_ job: ContainerJob, runID: RunID, fingerprint: String, home: String?) -> ContainerSpec {
        var spec = ContainerSpec(image: job.image.reference)
        spec.entryPoint = job.entryPoint
        spec.command = job.arguments
        spec.environment = job.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        spec.workingDirectory = job.workingDirectory
        spec.user = job.user
        spec.labels = [runLabel: runID.rawValue, requestLabel: fingerprint, versionLabel: version]
        spec.labels[homeLabel] = home
        spec.labels[timeLimitLabel] = job.timeLimitSeconds.map(String.init)
        spec.stopSignal = "SIGTERM"
        spec.stopTimeout = job.stopGraceSeconds
        spec.host = host(job)
        return spec
    }

    /// The host configuration. It requests no init process, which must be installed beside the engine and often is
    /// not. The container's own program gets the signals.
    private static func host(_ job: ContainerJob) -> ContainerSpec.HostConfig {
        var host = ContainerSpec.HostConfig()
        host.network = job.network
        host.nanoCPUs = job.resources.cpus.map { Int64(saturating: $0 * 1e9) }
        host.memory = job.resources.memoryBytes
        // Memory and swap together: otherwise the engine adds the same amount of swap.
        host.memorySwap = job.resources.memoryBytes
        host.sharedMemory = job.resources.sharedMemoryBytes
        host.log = .wholeFile
        if let gpus = job.resources.gpus, gpus != 0 { host.devices = [.gpus(gpus)] }
        // Only the older form of a mount can have a label.
        let binds = job.mounts.filter { $0.label != nil && $0.source.hasPrefix("/") }.map(\.text)
        if !binds.isEmpty { host.binds = binds }
        // The engine labels its volumes itself.
        let mounts = job.mounts.filter { $0.label == nil || !$0.source.hasPrefix("/") }
        if !mounts.isEmpty {
            host.mounts = mounts.map { mount in
                ContainerSpec.Mount(
                    mount.source.hasPrefix("/") ? .bind : .volume, source: mount.source, target: mount.target,
                    readOnly: mount.readOnly)
            }
        }
        if job.codeDigest != nil {
            // A volume can be written to by the submission and by the job, also if the root file system cannot.
            let volume = ContainerSpec.Mount(.volume, source: "", target: CodeChannel.folder, readOnly: false)
            host.mounts = (host.mounts ?? []) + [volume]
        }
        host.harden(job.hardening)
        return host
    }
}
