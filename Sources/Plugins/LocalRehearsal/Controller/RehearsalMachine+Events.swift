internal import LaunchPluginKit

extension RehearsalMachine {
    /// What the decisions need to know about the job.
    struct Rules: Sendable, Equatable {
        var drill: RehearsalPlan.Drill?
        /// True if a host reads a pipe, which cannot be filled from its middle.
        var hasPipes = false
        /// Seconds between SIGTERM and SIGKILL of a stop without its own.
        var stopGraceSeconds = 30
        /// The folder of the results that are not yet at their destination.
        var results = "/results"
    }

    /// What only this process knows. Another process that takes the job over begins without it.
    struct Memory: Sendable, Equatable {
        /// True if this process has the job's lock. Only the owner takes steps.
        var isOwner = false
        /// True if this process prepared the hosts of this attempt. Then it also feeds their pipes.
        var hasPrepared = false
        /// True if this process has set up what it needs while the hosts run.
        var isWatching = false
        /// True if a stop of this attempt found a running host.
        var stopFound = false
        var hostsHaveEnded = false
        /// The number of failures of the current step.
        var failures = 0
        /// True if the current step has failed before. Then the reason is shown.
        var isTryingAgain = false
        /// The input that is being fetched.
        var inputInProgress: String?
        /// The progress message of the step when it first failed.
        var troubled = ""
    }

    /// The work of one step.
    enum Work: Sendable, Equatable {
        /// Fetch inputs, create the containers and copy files into them.
        case prepare
        /// Start the containers.
        case start
        /// Wait for the end of all hosts.
        case run
        /// Determine how the job ended and keep its results.
        case collect
    }

    enum Event: Sendable, Equatable {
        // Ownership
        /// Another process owns the job, and has stored this state.
        case seen(RehearsalState)
        /// This process has the lock, and found this state.
        case owned(RehearsalState?)

        // Steps
        /// The next step begins. A process that does not own the job left this stop request.
        case stepBegins(order: RehearsalState.Stop?)
        case prepared
        /// All containers are ready and are started now.
        case starting
        case started
        /// The engine refuses to start the containers. Those that had started are stopped.
        case startRefused
        /// A container of the attempt does not exist.
        case hostsLost
        /// All containers of the attempt exist.
        case hostsFound
        /// The hosts of another process are watched. `endedHosts` if they had to be killed because of their pipes.
        case tookOver(endedHosts: Bool)
        case hostsEnded
        /// The stops of the attempt are complete, and this stop request was found after it.
        case stopsEnded(foundHost: Bool, order: RehearsalState.Stop?)
        /// These are the ends of the hosts.
        case attemptEnded([RehearsalTimeline.HostEnd])
        /// The folders of an interrupted attempt have their last content.
        case foldersSynced
        /// The phase of the end is known, and results are packed if there are any.
        case collecting(Observation.Phase, hasResults: Bool)
        /// All results are packed.
        case packed([Outcome.Output])
        /// A result is at its destination.
        case put(Outcome.Output)
        case collected(Observation.Phase, Cause?)
        case stepSucceeded
        case failed(BackendError)

        // Requests
        case stopOrdered(RehearsalState.Stop)
        /// The time of the drill has come.
        case drillDue
        /// The finish stage has moved the results and read the metrics.
        case finished(results: [Outcome.Output], metrics: [String: Double])

        // Reports of the current step
        /// A part of the step begins. It hides the reason of a retry only if it is news.
        case showing(RehearsalTimeline.Status, String, isNews: Bool)
        /// This input is being fetched; nil if no input is.
        case fetching(String?)
        /// Progress of a transfer. It may arrive late.
        case transferred(RehearsalTimeline.Status, String)
        case noted([String])
        case limited(ContainerJob.Resources)
        case failureRead(String)
        case endpointChosen(RehearsalState.Endpoint)
    }

    enum Effect: Sendable, Equatable {
        /// Store the state, and signal that the job may have changed.
        case store
        /// Signal that the job may have changed.
        case signal
        /// Do the work of the step.
        case perform(Work)
        /// Cancel the work of the step.
        case cancelWork
        /// Watch hosts that another process started; kill them if their pipes cannot be filled.
        case takeOver(endsHosts: Bool)
        /// Run the helpers while the hosts run, and interrupt the hosts at this time.
        case watch(drillAt: Timestamp?)
        /// Stop all hosts.
        case stopHosts(graceSeconds: Int)
        /// Leave the request to the process that owns the job.
        case leaveOrder(RehearsalState.Stop)
        /// Copy the last content of the synchronized folders.
        case syncFolders
        /// Wait before the step is repeated.
        case pause(Duration)
    }
}
