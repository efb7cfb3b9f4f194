/// A change that a server makes by a function of its own, which checks the rights of the database user.
enum CheckedChange: Sendable {
    /// Adds a run with this spec.
    case submit(RunID, spec: SQLValue)
    /// Stops a run, or requests it. The result is the effect.
    case stop(RunID, grace: Int?)
    /// Changes the priority of a run that waits.
    case setPriority(Priority, of: RunID)
    /// Moves a run that waits to another queue.
    case move(RunID, to: String)
    /// Pauses or resumes a queue.
    case pause(Bool, queue: String)
    /// Replaces the definition of a queue.
    case edit(QueueDefinition)
    /// Adds a version to a job. The result is its number.
    case addVersion(job: String, source: SQLValue, aliases: SQLValue, project: String?, number: Int)
    /// Removes a job, or one version of it. The result is the number of removed versions.
    case deleteJob(String, version: Int?)
}
