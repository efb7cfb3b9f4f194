internal import FoundationEssentials

extension RunDrive {
    /// What the owner does for the run. Each effect except `log` has one event as its answer.
    enum Effect: Sendable, Hashable {
        /// Records that the owner works on the run. A suspect waits for its turn first. Answer: `begun`.
        case beginWork(isSuspect: Bool)
        /// Reads whether a stop was requested that cancelled a call. Answer: `looked`.
        case look
        /// Applies the queue's present rules to a run that was resolved before. Answer: `permitted`.
        case checkRules
        /// Executes the resolve stage. Answer: `resolved`.
        case resolve
        /// Executes the image stage. Answer: `imaged`.
        case makeImage(ResolvedJob)
        /// Executes the render and validate stages, and prepares the submit. Answer: `rendered`.
        case render(ResolvedJob, PinnedImage)
        /// Executes the submit stage. Answer: `submitted`.
        case submit(RunRequest)
        /// Looks the run up in its backend. Answer: `found` or `unanswered`.
        case find(RunRequest)
        /// Writes to the store, under the fencing token of the claim. Answer: `stored`.
        case write(Write)
        /// Waits, or until the program leaves, and reads the run again. Answer: `reread`.
        case rest(Duration)
        /// Reads the run again. Answer: `reread`.
        case reread
        /// Adds a line to the program's log.
        case log(Logger.Level, String, [String: String])
    }

    /// A write to the store.
    enum Write: Sendable, Hashable {
        /// Changes the state, and stores the result of a stage.
        case move(RunState, Cause?, RunChanges)
        /// As `move`, after the resolve stage: if the run may return to its queue and its demand does not fit a limit of
        /// the queue, it returns.
        case admit(RunState, RunChanges, RunDemand, mayReturn: Bool)
        /// Stores the result of a stage.
        case keep(RunChanges)
        /// Returns the run to its queue until the given time.
        case requeue(Cause, notBefore: Date)
        /// Records that the owner waits and does not work on the run. Adds an event with the reason, if there is one.
        case pause(note: String?)
        /// Releases ownership.
        case release
    }

    /// The answer to an effect. Every effect of a stage may answer with `failed` or `refused` instead, and every effect
    /// that uses the store with `storeFailed`.
    enum Event: Sendable {
        case begun(RunRecord)
        case looked(RunRecord)
        case permitted
        case resolved(ResolvedJob, RunDemand)
        case imaged(PinnedImage, decision: String)
        case rendered(RunRequest)
        case submitted(RunHandle)
        /// The backend has the run, or certainly not.
        case found(RunHandle?)
        /// The backend does not say whether it has the run.
        case unanswered(String)
        case stored(RunRecord)
        case reread(RunRecord)
        /// A backend reports an error. `mayBeThere` is true if it may have the run nevertheless.
        case failed(BackendError, mayBeThere: Bool)
        /// The run cannot be continued.
        case refused(Cause)
        case storeFailed(StoreError)
    }

    /// What the reducer reads of the program, with each event.
    struct Conditions: Sendable {
        var now: Date
        /// Whether the program is leaving and must not begin another stage.
        var isLeaving: Bool
    }

    /// Why the run is looked up.
    enum Question: Sendable, Hashable {
        case stop(RunRecord)
        case damage(String)
        case failure(BackendError)
        case refusal(Cause)
    }

    /// What the drive waits for.
    enum Step: Sendable, Hashable {
        case beginning
        case checkingRules
        case inStage
        case finding(Question)
        /// Reads whether a cancelled call was cancelled by a stop.
        case lookingAfterCancel
        /// Stores the result of a stage, or a mark that one begins.
        case storing
        /// Records that the backend does not say whether it has the run, before a wait.
        case pausing
        case resting
        /// Stores the end of the run, or its return to the queue.
        case ending
        case releasing
        /// Reads the run, to end it for an error of the store.
        case givingUp(StoreError)
        /// Ends the run for an error of the store.
        case endingAfterError
        case over(End)
    }

    /// How a drive ended.
    enum End: Sendable, Hashable {
        /// The backend has the run.
        case submitted(RunRecord)
        /// The run has ended or is back in its queue; its record shows which.
        case over(RunRecord)
        /// The run is back in its queue for an error that every run of the queue would have.
        case held(RunRecord, BackendError)
        /// The run is released, and another owner continues it.
        case released
        /// The run has a new owner, or the store does not accept its end.
        case dropped
    }
}
