internal import LaunchHost
internal import LaunchServiceManager

/// Tells the service manager how an agent is. `systemctl status` shows it, and the watchdog of systemd restarts an agent
/// that no longer reaches its store or a backend. Its runs continue meanwhile.
struct ServiceReport {
    /// The time without an answer after which the watchdog gets no message. A backend is asked at least twice in it.
    static let patience = Duration.seconds(180)

    private var isReady = false
    private var silent: [String] = []

    /// What is said next.
    /// - Parameter silent: the parts that have not answered for longer than `patience`.
    /// - Returns: the message, and a line for the log if the parts have changed.
    mutating func next(silent: [String]) -> (states: [ServiceManager.State], change: Change?) {
        var states: [ServiceManager.State] = isReady ? [] : [.ready]
        isReady = true
        let names = silent.joined(separator: ", ")
        if silent.isEmpty {
            states += [.alive, .status("Serving.")]
        } else {
            states.append(.status("Waiting for an answer of: \(names)."))
        }
        defer { self.silent = silent }
        guard silent != self.silent else { return (states, nil) }
        return (states, silent.isEmpty ? .recovered : .silent(names))
    }

    /// A change that the log names.
    enum Change: Equatable {
        /// The watchdog gets no message, because these parts do not answer.
        case silent(String)
        case recovered
    }

    /// Reports until the task is cancelled.
    static func run(_ manager: ServiceManager, of vitals: AgentVitals, clock: HostClock, log: Logger) async {
        await vitals.untilServing()
        var report = ServiceReport()
        // Four messages in each limit, so that one may be late.
        let pause = min(manager.watchdog.map { $0 / 4 } ?? .seconds(30), .seconds(30))
        while !Task.isCancelled {
            let (states, change) = report.next(silent: vitals.silent(for: patience))
            switch change {
            case .silent(let parts):
                log.error("the watchdog gets no message, because these do not answer", ["parts": parts])
            case .recovered: log.info("the watchdog gets messages again")
            case nil: break
            }
            send(states, to: manager, log)
            do { try await clock.sleep(pause) } catch { return }
        }
    }

    static func send(_ states: [ServiceManager.State], to manager: ServiceManager, _ log: Logger) {
        do throws(ServiceManager.Failure) {
            try manager.send(states)
        } catch {
            log.warning("the service manager gets no message", ["error": error.description])
        }
    }
}
