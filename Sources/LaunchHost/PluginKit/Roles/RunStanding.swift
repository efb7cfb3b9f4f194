/// The standing of a run, for a backend that holds something of it.
public enum RunStanding: Sendable, Hashable {
    /// A live process owns the run, or the run waits in its queue.
    case owned
    /// The run is under way and its owner died. The next owner continues with what exists in the backend.
    case abandoned
    /// The run has ended, or this home has no record of it.
    case over
}
