/// Which runs of a queue may be claimed.
package struct ClaimChoice: Sendable, Hashable {
    package var queue: String
    /// Runs that are claimed only if no other run is ready.
    package var avoided: Set<RunID>
    /// Whether they may be claimed then.
    package var mayTakeAvoided: Bool

    package init(queue: String, avoided: Set<RunID> = [], mayTakeAvoided: Bool = true) {
        (self.queue, self.avoided, self.mayTakeAvoided) = (queue, avoided, mayTakeAvoided)
    }
}
