/// Which runs of a queue may be claimed.
package struct ClaimChoice: Sendable, Hashable {
    package var queue: String
    /// Runs that are claimed only if no other run is ready.
    package var avoided: Set<RunID>
    /// Whether they may be claimed then.
    package var mayTakeAvoided: Bool
    /// Whether at most one run may be claimed, to try whether the others can begin.
    package var isProbe: Bool

    package init(queue: String, avoided: Set<RunID> = [], mayTakeAvoided: Bool = true, isProbe: Bool = false) {
        (self.queue, self.avoided, self.mayTakeAvoided, self.isProbe) = (queue, avoided, mayTakeAvoided, isProbe)
    }
}
