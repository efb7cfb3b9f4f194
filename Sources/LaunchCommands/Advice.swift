/// Advice for commands of other programs that have another name here.
enum Advice {
    /// Advice for unknown commands of the program.
    static let root: [String: String] = [
        "ps": "'launch list' lists runs, and 'launch list --state running' those that run",
        "ls": "'launch list' lists runs",
        "jobs": "'launch list' lists runs, and 'launch job list' stored jobs",
        "cancel": "'launch stop RUN' stops a run, even if it waits in a queue",
        "kill": "'launch stop RUN --grace 0' stops a run at once",
        "abort": "'launch stop RUN' stops a run, even if it waits in a queue",
        "rm": "'launch stop RUN' stops a run, and 'launch prune --older-than 90d' removes those that ended long ago",
        "remove":
            "'launch stop RUN' stops a run, and 'launch prune --older-than 90d' removes those that ended long ago",
        "delete":
            "'launch stop RUN' stops a run, and 'launch prune --older-than 90d' removes those that ended long ago",
        "gc": "'launch prune --older-than 90d' removes runs that ended long ago",
        "clean": "'launch prune --older-than 90d' removes runs that ended long ago",
        "purge": "'launch prune --older-than 90d' removes runs that ended long ago",
        "archive": "'launch prune --older-than 90d' archives and removes runs that ended long ago",
        "retry": "submit the run again with 'launch submit'; 'launch status RUN' shows what it was made of",
        "rerun": "submit the run again with 'launch submit'; 'launch status RUN' shows what it was made of",
        "restart": "submit the run again with 'launch submit'; 'launch status RUN' shows what it was made of",
        "resume": "'launch queue resume NAME' opens a paused queue",
        "pause": "'launch queue pause NAME' pauses a queue",
        "show": "'launch status RUN' shows a run",
        "describe": "'launch status RUN' shows a run",
        "inspect": "'launch status RUN' shows a run",
        "get": "'launch status RUN' shows a run",
        "log": "'launch logs RUN' prints what a run printed",
        "tail": "'launch logs -f RUN' follows a run's log",
        "follow": "'launch logs -f RUN' follows a run's log",
        "watch": "'launch wait RUN' waits for a run's end, and 'launch logs -f RUN' follows its log",
        "history": "'launch events RUN' shows every state change of a run",
        "start": "'launch agent -q NAME' takes runs off a queue, and 'launch run --image URI' runs one here and now",
        "worker": "'launch agent -q NAME' takes runs off a queue",
        "launch": "'launch submit -q NAME --image URI' puts a run on a queue",
        "create": "'launch queue create NAME' makes a queue, and 'launch job create image URI' keeps a job",
        "queues": "'launch queue list' lists queues",
        "validate": "'launch config check' checks the configuration, and 'launch plan -q NAME --image URI' a run",
        "update": "'launch queue edit NAME' changes a queue",
        "prioritize": "'launch priority RUN high' changes the priority of a run that waits",
        "nice": "'launch priority RUN high' changes the priority of a run that waits",
        "mv": "'launch move RUN QUEUE' moves a run that waits to another queue",
        "why": "'launch explain RUN' says why a run is where it is",
        "policy": "'launch iam-policy' prints the agent's policy",
    ]

    /// Advice for unknown commands about queues.
    static let queue: [String: String] = [
        "ls": "'launch queue list' lists queues",
        "rm": "'launch queue delete NAME' removes a queue",
        "remove": "'launch queue delete NAME' removes a queue",
        "update": "'launch queue edit NAME' changes a queue",
        "set": "'launch queue edit NAME' changes a queue",
        "describe": "'launch queue show NAME' shows a queue",
        "get": "'launch queue show NAME' shows a queue",
        "stop": "'launch queue pause NAME' pauses a queue",
        "start": "'launch queue resume NAME' opens a paused queue",
        "new": "'launch queue create NAME' makes a queue",
        "add": "'launch queue create NAME' makes a queue",
    ]

    /// Advice for unknown commands about jobs.
    static let job: [String: String] = [
        "ls": "'launch job list' lists jobs",
        "rm": "'launch job delete NAME' removes a job",
        "remove": "'launch job delete NAME' removes a job",
        "describe": "'launch job show NAME' shows a job",
        "get": "'launch job show NAME' shows a job",
        "add": "'launch job create image URI' keeps a job",
        "update": "'launch job create image URI' adds a version to a job",
        "submit": "'launch submit -q NAME --job JOB' puts a run of a job on a queue",
        "run": "'launch submit -q NAME --job JOB' puts a run of a job on a queue",
    ]
}
