extension WatchedRun {
    /// What happens to a live run.
    enum Event: Sendable {
        /// A user requests a stop.
        case stopRequested(Stop)
        /// The time of the next look has come.
        case due
        case observed(Observation)
        /// The answer to a write. Nil if the record did not change.
        case written(RunRecord?)
        case storeFailed(StoreError)
        case stopAccepted
        case stopRefused(BackendError)
        /// The wait after a rejected stop is over.
        case stopRested
        /// The end is recorded.
        case collected(RunRecord)
        /// Another attempt of the run has begun.
        case retried(RunRecord)
        case collectionFailed(CollectionFailure)
        /// The wait after a failed collection is over.
        case collectionRested
    }

    /// What the observer does for a live run.
    enum Effect: Sendable, Hashable {
        /// Writes to the store, under the fencing token of the claim. Answer: `written` or `storeFailed`, at once.
        case write(Write)
        /// Sends the stop to the backend. Answer: `stopAccepted` or `stopRefused`.
        case stop(grace: Duration?)
        /// Waits. Answer: `stopRested`.
        case restAfterStop(Duration)
        /// Executes the retry stage or the finish stage. Answer: `retried`, `collected` or `collectionFailed`.
        case collect(Observation)
        /// Records the end without the outputs. Answer: `collected` or `collectionFailed`.
        case giveUp(Observation)
        /// Cancels the collection that is under way. It still answers.
        case cancelCollection
        /// Records that the owner waits, and does not work on the run.
        case endWork
        /// Waits. Answer: `collectionRested`.
        case restAfterCollection(Duration)
        /// The run has changed, so another change is likely soon.
        case changed
        /// Ends the wait for the next look.
        case wake
        /// Adds a line to the program's log.
        case log(Logger.Level, String, String)
        /// The end of the run is recorded.
        case ended(RunRecord)
        /// The run needs another attempt.
        case again(RunRecord)
        /// The run has a new owner.
        case lost
    }

    /// A write to the store.
    enum Write: Sendable, Hashable {
        /// Changes the state. The text is the message of the event.
        case move(RunState, Cause?, String?, RunChanges)
        /// Stores the backend's status. The text becomes an event.
        case keep(String?, RunChanges)
        /// Adds an event.
        case note(String)
        /// Adds the new steps of the backend's history.
        case story([PastStep])
        /// Records that the backend does not know the run.
        case lose
    }

    /// Why the end of a run could not be recorded.
    enum CollectionFailure: Error, Sendable, CustomStringConvertible {
        case store(StoreError)
        case backend(String)

        var description: String {
            switch self {
            case .store(let error): error.description
            case .backend(let text): text
            }
        }
    }
}
