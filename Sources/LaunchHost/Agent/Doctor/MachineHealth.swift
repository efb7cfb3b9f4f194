/// Checks of this machine: the disk of the home folder.
enum MachineHealth {
    /// Below this space, sources, logs and outputs soon do not fit.
    private static let little: Int64 = 1 << 30

    static func disk(of home: String) -> HealthCheck? {
        guard let room = DiskReserve.standard.room(on: home) else { return nil }
        guard room > 0 else {
            return HealthCheck(
                .fail, "disk", "full: sources, logs and outputs cannot be written to \(home)",
                hint: "Free some space; 'launch prune' removes what ended runs left.", kind: .unavailable)
        }
        let size = room >= 1 << 30 ? "\(room >> 30) GiB" : "\(room >> 20) MiB"
        let detail = "\(size) for sources, logs and outputs"
        return room < little
            ? HealthCheck(
                .warn, "disk", detail, hint: "'launch prune' removes what ended runs left.")
            : HealthCheck(.ok, "disk", detail)
    }
}

/// Checks whether an agent serves a queue.
enum AgentHealth {
    static func finding(_ queue: String, _ agents: [AgentRecord]) -> HealthCheck {
        let what = "agent of \(queue)"
        let serving = agents.filter { $0.queues.contains(queue) }
        let live = serving.filter { [.live, .draining].contains($0.state) }
        if let first = live.first {
            let version = first.version.map { ", version \($0)" } ?? ""
            let more = live.count > 1 ? ", and \(live.count - 1) more" : ""
            return HealthCheck(.ok, what, "\(first.state.rawValue) on \(first.host)\(version)\(more)")
        }
        if let other = serving.first(where: { $0.state == .suspended }) {
            return HealthCheck(
                .fail, what, "suspended on \(other.host), process \(other.pid)",
                hint: "Resume it: kill -CONT \(other.pid).", kind: .unavailable)
        }
        let last = serving.last.map { "; the last one on \($0.host) is \($0.state.rawValue)" } ?? ""
        return HealthCheck(
            .fail, what, "none: runs wait\(last)", hint: "Start one: 'launch agent -q \(queue)'.", kind: .unavailable)
    }
}
