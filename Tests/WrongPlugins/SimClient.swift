internal import Foundation
public import LaunchConformance
internal import LaunchPluginKit

/// The client of the service: its calls fail as the wire says.
struct SimClient: Sendable {
    let service: SimService

    /// Calls the service.
    func call<T>(_ body: (SimService) throws -> T) throws(BackendError) -> T {
        switch service.fault?.name {
        case WireFault.unreachable.description: throw BackendError(.unavailable, "The service cannot be reached.")
        case WireFault.throttled.description: throw BackendError(.throttled, "There are too many calls.")
        default: break
        }
        do {
            return try body(service)
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.internalFault, "\(error)")
        }
    }

    /// Waits for the service, which may give no answer.
    func connect() async throws(BackendError) {
        let limit = ContinuousClock.now + .seconds(60)
        while service.fault?.name == WireFault.silent.description {
            guard ContinuousClock.now < limit else { throw BackendError(.unavailable, "The service does not answer.") }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                throw BackendError(.cancelled, "The call was cancelled.")
            }
        }
    }

    /// The runs of a list, which may be late.
    func list() throws(BackendError) -> [SimService.Run] {
        let fault = service.fault
        return try call { service in
            let all = try service.runs()
            guard let fault, fault.name == WireFault.lateLists.description else { return all }
            return all.filter { $0.created < fault.since }
        }
    }

    /// Throws if the wire loses the answer of a submit.
    func loseAnswer() throws(BackendError) {
        guard service.fault?.name == WireFault.loseSubmitAnswer.description, service.takeLostAnswer() else { return }
        throw BackendError(.transient, "The connection was closed before the answer.")
    }
}

/// The wire of the service.
public struct SimWire: Wire {
    private let service: SimService

    public init(_ service: SimService) {
        self.service = service
    }

    public func begin(_ fault: WireFault) async throws -> Bool {
        guard [.unreachable, .throttled, .lateLists, .loseSubmitAnswer, .silent].contains(fault) else { return false }
        try service.set(SimService.Fault(name: fault.description, since: service.seconds))
        return true
    }

    public func end() async throws { try service.set(nil) }
}
