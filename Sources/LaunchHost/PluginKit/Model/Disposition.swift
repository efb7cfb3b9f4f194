/// What the host does about an error of a backend. `plugins.md` shows the table.
public enum Disposition: String, Sendable, CaseIterable {
    /// Calls again after a pause, without a limit on the number of calls. The run does not change.
    case callAgain
    /// Calls again after a pause, up to 9 times. Then the run returns to its queue.
    case callAgainThenRequeue
    /// Returns the run to its queue until the cause may have passed. A run without a queue fails.
    case requeue
    /// Returns the run to its queue, and claims no run of this queue until the cause may have passed: every run would
    /// fail for the same reason. A run without a queue fails.
    case requeueAndHold
    /// The run fails.
    case fail
    /// The call was cancelled: the run is stopped if a stop was requested, and otherwise released for its next owner.
    case yield
    /// Continues without the answer: the run counts as absent, or the log as lost.
    case goWithout

    /// What the host is doing for a run when a backend reports an error.
    public enum Phase: String, Sendable, CaseIterable {
        /// Before the submit: the image is looked up or built, and `facts`, `render` and `prepare` are called.
        case prepare
        /// `submit`.
        case submit
        /// `find`: whether an earlier submit has started the run.
        case find
        /// `observe`.
        case observe
        /// `stop`.
        case stop
        /// `logs`, while the log of an ended run is archived.
        case archive
        /// `finish`, and every other call for an ended run.
        case finish
    }
}

extension BackendError.Category {
    /// What the host does about an error of this category in this phase.
    public func disposition(in phase: Disposition.Phase) -> Disposition {
        switch phase {
        case .prepare:
            if self == .cancelled { return .yield }
            if concernsAllRuns { return .requeueAndHold }
            return mayPass ? .requeue : .fail
        case .submit:
            if self == .cancelled { return .yield }
            if concernsAllRuns { return .requeueAndHold }
            guard mayPass else { return .fail }
            return passesSoon ? .callAgainThenRequeue : .requeue
        case .find:
            // The object with the run's name belongs to another program.
            return self == .conflict ? .goWithout : .callAgain
        case .archive:
            // A log that can never be read must not delay the end of a run forever.
            return [.denied, .invalid, .configuration, .malformed].contains(self) ? .goWithout : .callAgain
        case .observe, .stop, .finish:
            return .callAgain
        }
    }

    /// Whether the cause may pass without a change of the run.
    private var mayPass: Bool { passesSoon || [.capacity, .quota].contains(self) }

    /// Whether the agent's configuration or credentials are the cause, so that no other run of the queue can succeed.
    private var concernsAllRuns: Bool { [.unauthenticated, .configuration].contains(self) }

    /// Whether the same call may succeed soon.
    var passesSoon: Bool { [.throttled, .transient, .expired, .unavailable].contains(self) }

    /// Whether a `submit` that failed with this category has certainly not started anything.
    package var isRefusal: Bool {
        [
            .throttled, .unavailable, .expired, .unauthenticated, .capacity, .quota, .denied, .invalid, .configuration,
        ].contains(self)
    }
}
