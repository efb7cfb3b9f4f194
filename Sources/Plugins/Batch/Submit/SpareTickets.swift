internal import LaunchPluginKit
internal import Synchronization

/// Tickets with which Batch has refused a job, for the next call of `submit`. It is only a cache: without it, the next
/// call makes sure that the refused ticket has no job, which takes a minute.
final class SpareTickets: Sendable {
    /// The largest number of runs.
    private static let most = 1000
    private let tickets = Mutex<[RunID: RunTickets.Ticket]>([:])

    /// Takes the ticket of a run.
    func take(_ runID: RunID) -> RunTickets.Ticket? { tickets.withLock { $0.removeValue(forKey: runID) } }

    /// Keeps a ticket that certainly has no job.
    func keep(_ ticket: RunTickets.Ticket, for runID: RunID) {
        tickets.withLock { tickets in
            if tickets.count >= Self.most, let other = tickets.keys.first { tickets[other] = nil }
            tickets[runID] = ticket
        }
    }

    /// The ticket of a run.
    func peek(_ runID: RunID) -> RunTickets.Ticket? { tickets.withLock { $0[runID] } }
}
