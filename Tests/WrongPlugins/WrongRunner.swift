/// One way to break the contract of a runner.
public enum WrongRunner: String, Sendable, CaseIterable {
    case rendersRandom
    case rendersDate
    case rendersZone
    case findsOnce
    case refusesAll
    case findsAll
    case prepareStarts
    case forgetsRuns
    case remembersInInstance
    case remembersInProcess
    case ignoresConflicts
    case namesConflictInvalid
    case submitsAgain
    case trustsLists
    case startsLate
    case submitsForever
    case ignoresSignals
    case blocksSignals
    case findsOwnOnly
    case findsNothingOffline
    case refusesForGood
    case deniesThrottled
    case losesExitCode
    case allSucceed
    case missesOffline
    case failsOffline
    case silentOffline
    case failsThrottled
    case observesForever
    case listsOnly
    case goesBack
    case runsAgain
    case stopChangesEnd
    case endMoves
    case endsBeforeStart
    case endsWithoutTime
    case endsInFuture
    case exchanges
    case observesOne
    case releasedIsError
    case retriesEnd
    case handleOfInstance
    case stopsRunningOnly
    case stopsTalkingOnly
    case stopsSilentOnly
    case neverKills
    case killsAtOnce
    case stopWaits
    case stopFailsAfterEnd
    case stopsOffline
    case stopsForever
    case reversesLines
    case resumesAtStart
    case followsForever
    case followsFromStart
    case followsLate
    case losesLastWords
    case givesLongPieces
    case stopsAtInvalidText
    case repeatsAttempts
    case followsCancelled
    case logsEmptyOffline
    case finishesDifferently
    case releasesNothing
    case releasesOffline
    case reachesAlways
    case reachesNever
    case reachesForever
    case leavesMachine
    case hangs
    case leavesFile
    case crashes
    case leavesDescriptor
    case leavesSocket
    case leavesProcess

    /// What the plugin does wrong, as a predicate.
    public var words: String { facts.words }
    /// The name of the rule whose case refuses it.
    public var rule: String { facts.rule }

    private var facts: (rule: String, words: String) {
        switch self {
        case .rendersRandom: ("render.pure", "puts a random token into the request")
        case .rendersDate: ("render.surroundings", "puts the date into the request")
        case .rendersZone: ("render.surroundings", "puts the time zone into the request")
        case .findsOnce: ("validate.pure", "has another finding at the second call")
        case .refusesAll: ("validate.accepts", "refuses every request")
        case .findsAll: ("find.nothing", "finds runs that were never submitted")
        case .prepareStarts: ("prepare.starts-nothing", "starts the run in 'prepare'")
        case .forgetsRuns: ("submit.once", "starts a run at each submit")
        case .remembersInInstance:
            ("submit.once", "remembers the started runs in the instance, with a lock of the instance")
        case .remembersInProcess: ("submit.second-process", "remembers the started runs in the process")
        case .ignoresConflicts: ("submit.conflict", "ignores that the existing run has another request")
        case .namesConflictInvalid: ("submit.conflict", "reports a conflict with the category 'invalid'")
        case .submitsAgain: ("submit.lost-answer", "starts another run if the answer was lost")
        case .trustsLists: ("observe.late-lists", "looks into a list to see whether the run exists")
        case .startsLate:
            (
                "submit.two-processes",
                "looks for the run, and starts it later without a lock that other processes respect"
            )
        case .submitsForever: ("submit.no-answer", "waits in 'submit' without end if the backend gives no answer")
        case .ignoresSignals: ("submit.signals", "starts jobs that ignore SIGINT, SIGQUIT and SIGPIPE")
        case .blocksSignals: ("submit.signals", "starts jobs with SIGTERM blocked")
        case .findsOwnOnly: ("find.second-process", "finds only runs that its own process started")
        case .findsNothingOffline: ("find.unreachable", "finds nothing while the backend is unreachable")
        case .refusesForGood: ("submit.unreachable", "reports an unreachable backend as an invalid request")
        case .deniesThrottled: ("submit.throttled", "reports a busy backend as one that denies the call")
        case .losesExitCode: ("observe.failed", "ends every run with the exit code 1")
        case .allSucceed: ("observe.failed", "ends every run as succeeded")
        case .missesOffline: ("observe.unreachable", "observes runs as missing while the backend is unreachable")
        case .failsOffline: ("observe.unreachable", "observes runs as failed while the backend is unreachable")
        case .silentOffline: ("observe.unreachable", "observes nothing while the backend is unreachable")
        case .failsThrottled: ("observe.throttled", "observes runs as failed while the backend is busy")
        case .observesForever: ("observe.no-answer", "waits in 'observe' without end if the backend gives no answer")
        case .listsOnly: ("observe.late-lists", "observes a run as missing while a list does not have it yet")
        case .goesBack: ("observe.forward", "observes a run as starting after it has run")
        case .runsAgain: ("observe.final", "observes an ended run as running once more")
        case .stopChangesEnd: ("stop.ended", "turns a finished run into a stopped one")
        case .endMoves: ("observe.times", "reports the present time as the end")
        case .endsBeforeStart: ("observe.times", "reports an end before the start")
        case .endsWithoutTime: ("observe.times", "reports an end without a time")
        case .endsInFuture: ("observe.times", "reports an end in the future, as with a wrong time zone")
        case .exchanges: ("observe.many", "exchanges the observations of two runs")
        case .observesOne: ("observe.many", "observes only the first of many runs")
        case .releasedIsError: ("observe.released", "throws if it observes a released run")
        case .retriesEnd: ("observe.retried", "ends a run whose next attempt the backend starts")
        case .handleOfInstance: ("handle.stored", "knows only the handles of its own instance")
        case .stopsRunningOnly: ("stop.at-once", "ignores a stop before the run has started")
        case .stopsTalkingOnly: ("stop.silent", "ignores a stop of a run that has printed nothing")
        case .stopsSilentOnly: ("stop.flooding", "ignores a stop of a run that prints without end")
        case .neverKills: ("stop.kills", "never kills a run that ignores SIGTERM")
        case .killsAtOnce: ("stop.grace", "kills a run without its grace period")
        case .stopWaits: ("stop.returns", "waits in 'stop' until the run has ended")
        case .stopFailsAfterEnd: ("stop.ended", "throws if it stops an ended run")
        case .stopsOffline: ("stop.unreachable", "reports a stop as accepted while the backend is unreachable")
        case .stopsForever: ("stop.no-answer", "waits in 'stop' without end if the backend gives no answer")
        case .reversesLines: ("logs.order", "exchanges lines of the log")
        case .resumesAtStart: ("logs.resume", "ignores the cursor")
        case .followsForever: ("logs.follow", "follows a log without end")
        case .followsFromStart: ("logs.follow-resume", "ignores the cursor if it follows")
        case .followsLate: ("logs.slow", "gives the lines of a followed log only at the end of the run")
        case .losesLastWords: ("logs.last-words", "loses what a job prints at its last instant")
        case .givesLongPieces: ("logs.long-line", "gives a line of 1 MiB in one piece")
        case .stopsAtInvalidText: ("logs.invalid-text", "ends the log at bytes that are not UTF-8")
        case .repeatsAttempts: ("logs.retried", "repeats the log of a run with two attempts")
        case .followsCancelled: ("logs.cancelled", "continues to wait for lines after it was cancelled")
        case .logsEmptyOffline: ("logs.unreachable", "ends the log while the backend is unreachable")
        case .finishesDifferently: ("finish.twice", "has another outcome at each call of 'finish'")
        case .releasesNothing: ("release.frees", "keeps everything in the backend")
        case .releasesOffline: ("release.unreachable", "reports a release while the backend is unreachable")
        case .reachesAlways: ("reach.unreachable", "reaches the backend while it is unreachable")
        case .reachesNever: ("reach.answers", "never reaches the backend")
        case .reachesForever: ("reach.no-answer", "waits in 'reach' without end if the backend gives no answer")
        case .leavesMachine: ("release.leftovers", "leaves the machine of a released run")
        case .hangs: ("observe.succeeded", "never returns from 'observe'")
        case .leavesFile: ("leaks.files", "leaves a file in its folder")
        case .crashes: ("observe.succeeded", "ends the process in 'observe'")
        case .leavesDescriptor: ("leaks.descriptors", "leaves an open descriptor")
        case .leavesSocket: ("leaks.sockets", "leaves an open socket")
        case .leavesProcess: ("leaks.processes", "leaves a child process")
        }
    }

    /// Whether its case needs a process of its own, because the plugin ends the process or leaves something in it.
    public var needsOwnProcess: Bool {
        [.crashes, .leavesDescriptor, .leavesSocket, .leavesProcess].contains(self)
    }
}
