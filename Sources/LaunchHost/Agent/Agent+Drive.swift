/// Drives claimed runs to their backends.
extension Agent {
    /// Drives a claimed run up to its submission, then passes it to the observer of its runner.
    func drive(_ run: RunRecord, mayRequeue: Bool = true) {
        let leaving = leaving
        let driver = RunDriver(
            store: store, backends: backends, contexts: contexts, clock: clock, log: log,
            isLeaving: { leaving.isRaised }, mayRequeue: mayRequeue, suspects: suspects, progress: progress)
        driving[run.id] = Task {
            switch await driver.drive(run) {
            case .submitted(let record): watch(record)
            case .over(let record): tell(record)
            case .released, .dropped: break
            }
            driving[run.id] = nil
            pulse.signal()
        }
    }
}
