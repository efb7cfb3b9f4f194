internal import LaunchLocalContainers
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The resource limits of the hosts. A lenient job loses limits that exceed this machine.
struct HostLimits {
    let job: ContainerJob
    let isLenient: Bool

    /// The limits that the containers get, and a sentence about each that differs from the job's.
    func fitted(
        to engine: EngineClient
    ) async throws(BackendError) -> (resources: ContainerJob.Resources, notes: [String]) {
        guard isLenient, job.resources != ContainerJob.Resources() else { return (job.resources, []) }
        let info = try await engineCall { () async throws(EngineError) in try await engine.info() }
        return fitted(processors: info.processors, memory: info.memoryBytes, runtimes: Set(info.runtimes))
    }

    func fitted(
        processors: Int?, memory machineMemory: Int64?, runtimes: Set<String>
    ) -> (resources: ContainerJob.Resources, notes: [String]) {
        var resources = job.resources
        var notes: [String] = []
        if let gpus = resources.gpus, gpus != 0, !runtimes.contains("nvidia") {
            resources.gpus = nil
            notes.append("This engine has no GPU runtime; the containers see no GPU.")
        }
        if let cpus = resources.cpus, let machine = processors, cpus > Double(machine) {
            resources.cpus = nil
            notes.append("This machine has \(machine) processors, fewer than the requested \(cpus); all may be used.")
        }
        if let memory = resources.memoryBytes, let machine = machineMemory, memory > machine {
            resources.memoryBytes = nil
            notes.append(
                "This machine has \(Ending.size((machine >> 20) << 20)) of memory, less than the \(Ending.size(memory)) "
                    + "requested; all may be used.")
        }
        if let shared = resources.sharedMemoryBytes, let machine = machineMemory, shared > machine {
            resources.sharedMemoryBytes = machine / 2
            notes.append("/dev/shm is as large as half of this machine's memory.")
        }
        return (resources, notes)
    }
}
