// The rules of the contract, in the order of the report. `docs/conformance.md` lists them.

extension Rule {
    /// All rules.
    public static var all: [Rule] { declaration + runner + registry + builder + environment + leaks }

    // MARK: declarations

    static let declaration = [
        names, fields, uniqueNames, defaults, requiredFields, fieldExamples, examples, template, paths,
    ]

    static let names = Rule(
        "declaration.names", "declares a type, a summary, an example, and a contract that this version has",
        cost: "users cannot find the plugin or write its block.", in: "declaration-and-configuration")
    static let fields = Rule(
        "declaration.fields", "every field has a help line, a snake_case name and a kind that accepts a value",
        cost: "the reference has gaps, or no file can set the field.", in: "declaration-and-configuration")
    static let uniqueNames = Rule(
        "declaration.unique", "no two fields of a block have the same name, and none is named 'type'",
        cost: "a value that a user writes is checked as one field and read as another.",
        in: "declaration-and-configuration")
    static let defaults = Rule(
        "declaration.defaults", "every default is a value that a user could write for its field",
        cost: "a run starts with a number or a word that the plugin never expects, such as a time limit of -1.",
        in: "declaration-and-configuration")
    static let requiredFields = Rule(
        "declaration.required", "no required field has a default",
        cost: "the reference promises a default that no user gets.", in: "declaration-and-configuration")
    static let fieldExamples = Rule(
        "declaration.field-examples", "every example of a field is a value that a user could write for it",
        cost: "users copy an example, and it is refused.", in: "declaration-and-configuration")
    static let examples = Rule(
        "declaration.examples", "every example block is a valid configuration, and an unknown key is refused",
        cost: "users copy an example, and it is refused.", in: "declaration-and-configuration")
    static let template = Rule(
        "declaration.template", "the default template is a valid queue file",
        cost: "a queue that is created without a file cannot run a job.", in: "queue-templates")
    static let paths = Rule(
        "declaration.paths", "'protectedPaths', 'optionPaths' and 'keyedLists' name fields of the template",
        cost: "a misspelt protected path protects nothing: any submitter may set it, such as a mount or a role.",
        in: "queue-templates")

    // MARK: runners

    static let runner =
        [
            renderIsPure, renderIgnoresSurroundings, validateIsPure, validJob, findNothing, preparing, submitOnce,
            submitConflict, submitLostAnswer, submitSecondProcess, submitTwoProcesses, submitUnreachable,
            submitThrottled, submitNoAnswer, submitSignals, findSecondProcess, findUnreachable,
        ] + observing + stopping + logging + ending

    static let renderIsPure = Rule(
        "render.pure", "the same job gives the same bytes, in any instance",
        cost: "a repeated submit differs from the first one, so that the run fails or is paid for twice.", in: "runner")
    static let renderIgnoresSurroundings = Rule(
        "render.surroundings", "the same job gives the same bytes a day later, in another time zone and language",
        cost: "an agent that takes over tomorrow submits another request for the same run.", in: "runner")
    static let validateIsPure = Rule(
        "validate.pure", "the same request has the same findings",
        cost: "a plan that succeeds does not show that the run will be accepted.", in: "runner")
    static let validJob = Rule(
        "validate.accepts", "the rendered request of a valid job has no errors",
        cost: "no job can run.", in: "runner")
    static let findNothing = Rule(
        "find.nothing", "'find' returns nil for a run that was never submitted",
        cost: "the host waits for a run that does not exist.", in: "runner")
    static let preparing = Rule(
        "prepare.starts-nothing", "'prepare', called once or twice, starts nothing, and 'submit' works afterwards",
        cost: "a run exists, and costs, before it is stored.", in: "runner")
    static let submitOnce = Rule(
        "submit.once", "32 concurrent submits of one run, by four instances, start one run",
        cost: "each additional run is paid for, and nothing watches it.", in: "runner")
    static let submitConflict = Rule(
        "submit.conflict", "another request under the ID of an existing run is an error of category 'conflict'",
        cost: "the results of another job are recorded as those of this run.", in: "errors")
    static let submitLostAnswer = Rule(
        "submit.lost-answer", "after a submit whose answer was lost, 'find' and another 'submit' return its run",
        cost: "each lost answer leaves a run that is paid for and that nothing watches.", in: "runner")
    static let submitSecondProcess = Rule(
        "submit.second-process", "a submit of the same run by a second process starts nothing",
        cost: "an agent that takes over after a crash starts, and pays for, the run again.", in: "runner")
    static let submitTwoProcesses = Rule(
        "submit.two-processes", "submits of one run by several processes at the same time start one run",
        cost: "an agent that takes over while the first one still works pays for the run twice.", in: "runner")
    static let submitUnreachable = Rule(
        "submit.unreachable", "a submit that cannot reach the backend throws an error that is worth a retry",
        cost: "a short outage fails every queued run.", in: "errors")
    static let submitThrottled = Rule(
        "submit.throttled", "a submit that the backend refuses as one of too many throws such an error",
        cost: "a busy hour fails every queued run.", in: "errors")
    static let submitNoAnswer = Rule(
        "submit.no-answer",
        "a submit without an answer ends by its own time limit or once it is cancelled, and not as a success",
        cost: "one connection that hangs delays the start of the run and the end of the agent without limit.",
        in: "errors")
    static let submitSignals = Rule(
        "submit.signals", "a job starts with no signal ignored or blocked",
        cost:
            "a stop or Ctrl-C has no effect on the job, and a pipe such as 'yes | head -1' prints an error or never ends.",
        in: "signals-and-sessions")
    static let findSecondProcess = Rule(
        "find.second-process", "a second process finds the run",
        cost: "an agent that takes over returns a started run to its queue, and it is paid for again.", in: "runner")
    static let findUnreachable = Rule(
        "find.unreachable", "'find' throws if the backend cannot be reached, and does not return nil",
        cost: "a started run returns to its queue, and it is paid for again.", in: "errors")

    static let observing = [
        observeSuccess, observeFailure, observeForward, observeFinal, observeTimes, observeMany, observeReleased,
        observeUnreachable, observeThrottled, observeNoAnswer, observeLateLists, observeRetried, handleIsStored,
    ]

    static let observeSuccess = Rule(
        "observe.succeeded", "exit code 0 ends the run as succeeded",
        cost: "a finished run counts as failed and is run again.", in: "runner")
    static let observeFailure = Rule(
        "observe.failed", "exit code 7 ends the run as failed, with the code in its cause",
        cost: "a failed training counts as a result.", in: "runner")
    static let observeForward = Rule(
        "observe.forward", "phases only move forward: a run that runs never starts again",
        cost: "the record of the run is wrong, and its clock for the time limit begins again.", in: "runner")
    static let observeFinal = Rule(
        "observe.final", "an end is final: later observations, also after a stop, report the same end with its cause",
        cost: "a result is recorded that changes afterwards.", in: "runner")
    static let observeTimes = Rule(
        "observe.times", "an end has a time that never changes, is not before the start, and is not in the future",
        cost: "run times, and the costs computed from them, are wrong.", in: "runner")
    static let observeMany = Rule(
        "observe.many", "one call observes many runs, and each observation belongs to its run",
        cost: "the host observes thousands of runs with one call each, and the backend refuses calls.", in: "runner")
    static let observeReleased = Rule(
        "observe.released", "a released run is missing or has its end, and is not an error",
        cost: "one released run ends the observation of all others.", in: "runner")
    static let observeUnreachable = Rule(
        "observe.unreachable",
        "'observe' throws if the backend cannot be reached, or reports the run as it is: not its end, and not nothing",
        cost: "an outage of a minute ends all runs in the record, while they still run and cost.", in: "errors")
    static let observeThrottled = Rule(
        "observe.throttled", "'observe' throws if the backend refuses the call, or reports the run as it is",
        cost: "a busy hour ends runs in the record, while they still run and cost.", in: "errors")
    static let observeNoAnswer = Rule(
        "observe.no-answer",
        "'observe' without an answer ends by its own time limit or once it is cancelled, and reports no end",
        cost: "one connection that hangs ends the observation of all runs.", in: "errors")
    static let observeLateLists = Rule(
        "observe.late-lists", "a run that a late list does not have yet is not missing, and is not submitted again",
        cost: "a run is lost from the record right after its start, and is paid for again.", in: "runner")
    static let observeRetried = Rule(
        "observe.retried", "a run that the backend starts again has not ended until its last attempt has",
        cost: "a run is recorded as failed while its next attempt runs and costs.", in: "runner")
    static let handleIsStored = Rule(
        "handle.stored", "a handle is valid after encoding to JSON and in a new runner",
        cost: "after a restart no run can be observed or stopped.", in: "runner")

    static let stopping = [
        stopAtOnce, stopSilent, stopFlooding, stopKills, stopGrace, stopReturns, stopEnded, stopUnreachable,
        stopNoAnswer,
    ]

    static let stopAtOnce = Rule(
        "stop.at-once", "a stop right after submit ends the run",
        cost: "a run that a user has stopped is paid for to its end.", in: "runner")
    static let stopSilent = Rule(
        "stop.silent", "a stop ends a run that prints nothing",
        cost: "a run that a user has stopped is paid for to its end.", in: "runner")
    static let stopFlooding = Rule(
        "stop.flooding", "a stop ends a run that prints without end",
        cost: "a run that a user has stopped is paid for to its end.", in: "runner")
    static let stopKills = Rule(
        "stop.kills", "a stop kills a run that ignores SIGTERM, after the grace period and not before",
        cost: "a run that a user has stopped is paid for without end.", in: "runner")
    static let stopGrace = Rule(
        "stop.grace", "a run that handles SIGTERM has the grace period for its own end",
        cost: "the checkpoint of days of training is lost.", in: "runner")
    static let stopReturns = Rule(
        "stop.returns", "'stop' returns when the order is accepted, and does not wait for the end",
        cost: "the order is lost if the program ends during the wait, and the run continues.", in: "runner")
    static let stopEnded = Rule(
        "stop.ended", "stopping an ended run, also twice, changes nothing",
        cost: "a finished result counts as stopped.", in: "runner")
    static let stopUnreachable = Rule(
        "stop.unreachable",
        "'stop' throws if the backend cannot be reached, or records the order and carries it out later",
        cost: "the host takes the order as accepted, and the run continues.", in: "errors")

    static let stopNoAnswer = Rule(
        "stop.no-answer",
        "'stop' without an answer ends by its own time limit or once it is cancelled, and its order is not lost",
        cost: "the stop is never repeated, and the run continues.", in: "errors")

    static let logging = [
        logsInOrder, logsResume, logsFollow, logsFollowResume, logsSlow, logsLastWords, logsLongLine, logsInvalidText,
        logsRetried, logsCancelled, logsUnreachable,
    ]

    static let logsInOrder = Rule(
        "logs.order", "each line once and in order", cost: "the archived log is wrong, and it is all that remains.",
        in: "runner")
    static let logsResume = Rule(
        "logs.resume", "reading resumes after a cursor, in a new runner, without loss or repetition",
        cost: "each reconnection loses lines or prints the log again.", in: "runner")
    static let logsFollow = Rule(
        "logs.follow", "following has every line, and ends after the run has ended",
        cost: "'launch logs -f' and 'launch run' never end.", in: "runner")
    static let logsFollowResume = Rule(
        "logs.follow-resume", "following from a cursor begins after it",
        cost: "each reconnection prints the whole log again.", in: "runner")
    static let logsSlow = Rule(
        "logs.slow", "following gives the lines of a slow job while it runs, each once",
        cost: "a user sees too late that a training does not converge.", in: "runner")
    static let logsLastWords = Rule(
        "logs.last-words", "what a job prints at its last instant is in the log once its end is observed",
        cost: "the message that says why a job failed is lost.", in: "runner")
    static let logsLongLine = Rule(
        "logs.long-line", "a line of 1 MiB is read completely, in pieces of at most 64 KiB",
        cost: "one line exhausts the agent's memory, or is lost.", in: "runner")
    static let logsInvalidText = Rule(
        "logs.invalid-text", "bytes that are not UTF-8 do not stop the reading",
        cost: "the rest of the log is lost.", in: "runner")
    static let logsRetried = Rule(
        "logs.retried", "the log of a run that the backend starts again has the lines of each attempt once",
        cost: "the reader prints the first attempt without end, or loses the second.", in: "runner")
    static let logsCancelled = Rule(
        "logs.cancelled", "following a silent run ends soon after its task is cancelled",
        cost: "the agent cannot end, or keeps a reader for each user that has gone.", in: "runner")
    static let logsUnreachable = Rule(
        "logs.unreachable", "reading throws if the backend cannot be reached, and does not end as if complete",
        cost: "an empty log is archived, and the backend's own is released.", in: "errors")

    static let ending = [
        finishTwice, releaseFrees, releaseUnreachable, reachAnswers, reachUnreachable, reachNoAnswer, leftoversAreNone,
    ]

    static let finishTwice = Rule(
        "finish.twice", "a second call of 'finish' gives the same outcome",
        cost: "a crash at the end of a run loses its outputs.", in: "runner")
    static let releaseFrees = Rule(
        "release.frees", "'release' frees everything, and a second call changes nothing",
        cost: "ended runs fill the backend, and some of them cost.", in: "runner")
    static let releaseUnreachable = Rule(
        "release.unreachable", "'release' throws if the backend cannot be reached and holds something of the run",
        cost: "nothing frees the run later.", in: "errors")
    static let reachAnswers = Rule(
        "reach.answers", "'reach' succeeds if the backend answers",
        cost: "'launch doctor' reports a fault that does not exist.", in: "runner")
    static let reachUnreachable = Rule(
        "reach.unreachable", "'reach' fails if the backend cannot be reached",
        cost: "'launch doctor' reports success, and every run fails.", in: "runner")
    static let reachNoAnswer = Rule(
        "reach.no-answer",
        "'reach' without an answer ends by its own time limit or once it is cancelled, and not as a success",
        cost: "'launch doctor' never ends.", in: "errors")
    static let leftoversAreNone = Rule(
        "release.leftovers", "ended and released runs leave nothing outside the program",
        cost: "processes, mounts and machines stay, and some of them cost.", in: "runner")

    // MARK: registries

    static let registry = [
        registryUnknown, registryDestination, registryDestinationIsPure, registryPushed, registryAgain, registryMoved,
        registryLogin, registrySecrets, registryUnreachable,
    ]

    static let registryUnknown = Rule(
        "registry.unknown", "an unknown image is nil, not an error",
        cost: "an image that is not built yet fails the run instead of being built.", in: "registry")
    static let registryDestination = Rule(
        "registry.destination", "a destination is a valid reference with the key's tag",
        cost: "a built image cannot be pushed or found again.", in: "registry")
    static let registryDestinationIsPure = Rule(
        "registry.destination-pure", "a destination is a pure function of the key, and no two keys share one",
        cost: "a run uses the image of other source.", in: "registry")
    static let registryPushed = Rule(
        "registry.pushed", "a pushed image resolves to its digest, and the reference contains it",
        cost: "the backend pulls another image than the one that was checked.", in: "registry")
    static let registryAgain = Rule(
        "registry.again", "resolving again, or by the pinned reference, gives the same image",
        cost: "the same job runs with different images.", in: "registry")
    static let registryMoved = Rule(
        "registry.moved", "a moved tag resolves to its new image",
        cost: "runs use an image that was replaced, perhaps because it was wrong.", in: "registry")
    static let registryLogin = Rule(
        "registry.login", "a pull uses the login of the access; an image of another registry gets no login",
        cost: "another registry learns the password.", in: "registry")
    static let registrySecrets = Rule(
        "registry.secrets", "the printed registry and its access contain no secret",
        cost: "a password is in a log.", in: "secrets")
    static let registryUnreachable = Rule(
        "registry.unreachable", "'resolve' throws if the registry cannot be reached, and does not return nil",
        cost: "during an outage every image is built again, or every run fails as wrong.", in: "errors")

    // MARK: builders

    static let builder = [
        keySame, keyFile, keyDockerfile, keyArgument, keyPlatform, keyIsPure, keyOffline, buildResolves, buildTwice,
        buildAtOnce, buildLeavesNothing, buildFails, buildWithoutDockerfile, buildCancelled, builderSecrets,
    ]

    static let keySame = Rule(
        "builder.key-same", "the same source has the same key, in any folder",
        cost: "every run builds its image again.", in: "builder")
    static let keyFile = Rule(
        "builder.key-file", "different file content gives a different key", cost: "a run uses the image of old source.",
        in: "builder")
    static let keyDockerfile = Rule(
        "builder.key-dockerfile", "a different Dockerfile gives a different key",
        cost: "a run uses an image without the change.", in: "builder")
    static let keyArgument = Rule(
        "builder.key-argument", "a different build argument gives a different key",
        cost: "a run uses an image without the change.", in: "builder")
    static let keyPlatform = Rule(
        "builder.key-platform", "a different platform gives a different key",
        cost: "a machine gets an image that it cannot run.", in: "builder")
    static let keyIsPure = Rule(
        "builder.key-pure", "making a key changes nothing in the source",
        cost: "'launch plan' changes the user's files.", in: "builder")
    static let keyOffline = Rule(
        "builder.key-offline", "a key can be computed offline", cost: "'launch plan --offline' fails.", in: "builder")
    static let buildResolves = Rule(
        "builder.resolves", "a build gives an image that the registry resolves to the same digest",
        cost: "the backend pulls another image than the one that was built.", in: "builder")
    static let buildTwice = Rule(
        "builder.twice", "a second build of the same key gives the same image",
        cost: "equal jobs run with different images.", in: "builder")
    static let buildAtOnce = Rule(
        "builder.at-once", "4 concurrent builds of one key give one image",
        cost: "equal jobs run with different images.", in: "builder")
    static let buildLeavesNothing = Rule(
        "builder.leaves-nothing", "a build leaves only its image", cost: "the disk of the agent fills.", in: "builder")
    static let buildFails = Rule(
        "builder.fails", "a failing step is an error of category 'invalid' that shows the step's output",
        cost: "the host repeats a build that cannot succeed, or the user cannot see why.", in: "errors")
    static let buildWithoutDockerfile = Rule(
        "builder.no-dockerfile", "a missing Dockerfile is an error of category 'invalid' that names the file",
        cost: "the host repeats a build that cannot succeed.", in: "errors")
    static let buildCancelled = Rule(
        "builder.cancelled", "a cancelled build ends soon and leaves nothing",
        cost: "a stopped run keeps a machine busy.", in: "builder")
    static let builderSecrets = Rule(
        "builder.secrets", "the printed builder contains no secret", cost: "a password is in a log.", in: "secrets")

    // MARK: environments

    static let environment = [
        environmentIdentity, environmentConcurrent, environmentSecrets, environmentUnreachable,
    ]

    static let environmentIdentity = Rule(
        "environment.identity", "'verify' returns the identity, and the same one again",
        cost: "a user cannot tell which account pays.", in: "environment")
    static let environmentConcurrent = Rule(
        "environment.concurrent", "16 concurrent calls of 'verify' return the same identity",
        cost: "an agent with many runs fails at random.", in: "environment")
    static let environmentSecrets = Rule(
        "environment.secrets", "the printed environment and its identity contain no secret",
        cost: "a key to paid machines is in a log.", in: "secrets")
    static let environmentUnreachable = Rule(
        "environment.unreachable", "'verify' throws if the service cannot be reached",
        cost: "'launch doctor' reports success, and every run fails.", in: "environment")

    // MARK: the program

    static let leaks = [leakedProcesses, leakedDescriptors, leakedSockets, leakedFiles]

    static let leakedProcesses = Rule(
        "leaks.processes", "no case leaves a child process",
        cost: "an agent that runs for months exhausts the machine.", in: "checklist")
    static let leakedDescriptors = Rule(
        "leaks.descriptors", "no case leaves an open descriptor",
        cost: "after some thousand runs every call of the agent fails.", in: "checklist")
    static let leakedSockets = Rule(
        "leaks.sockets", "no case leaves more connections than the plugin's clients keep for later calls",
        cost: "after some thousand runs every call of the agent fails.", in: "checklist")
    static let leakedFiles = Rule(
        "leaks.files", "no case leaves a file in the plugin's folders", cost: "the disk of the agent fills.",
        in: "checklist")

    /// Not a rule of the contract: that the kit itself could start.
    static let kitStarts = Rule(
        "kit.starts", "the kit can start", cost: "nothing was checked.", in: "testing-with-the-kit")
    /// Not a rule of the contract: that the settings of the kit say something that exists.
    static let kitSettings = Rule(
        "kit.settings", "'settings.only' names rules of the role, and 'settings.without' what the fixture lacks",
        cost: "a rule is not checked, and nobody notices.", in: "testing-with-the-kit")
}
