internal import LaunchLocalRehearsal
internal import LaunchPluginKit

/// What a request of this runner asks for. The kind is decided once, when the request is decoded.
enum LocalJob: Sendable {
    /// One plain container.
    case container(ContainerJob)
    /// The hosts of a rehearsal.
    case rehearsal(RehearsalJob)

    init(_ job: ContainerJob) {
        self = job.rehearsalPlan.map { .rehearsal(RehearsalJob(job: job, plan: $0)) } ?? .container(job)
    }

    /// - Throws: `invalid` if the request is not a container job of this runner.
    init(_ request: RunRequest) throws(BackendError) {
        guard request.runner == LocalHandle.runner else {
            throw BackendError(
                .invalid, "A request of runner '\(request.runner)' is not one of '\(LocalHandle.runner)'.")
        }
        do {
            self.init(try request.document.decode(ContainerJob.self))
        } catch {
            throw BackendError(.invalid, "The request is not a container job: \(error)")
        }
    }

    /// The job as it is written.
    var job: ContainerJob {
        switch self {
        case .container(let job): job
        case .rehearsal(let rehearsal): rehearsal.job
        }
    }

    /// The job as a request.
    func request() throws(BackendError) -> RunRequest {
        do {
            return RunRequest(runner: LocalHandle.runner, document: try JSONValue(encoding: job))
        } catch {
            throw BackendError(.invalid, "The container job cannot be written as JSON: \(error)")
        }
    }
}
