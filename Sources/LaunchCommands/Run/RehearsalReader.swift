internal import Console
internal import FoundationEssentials
internal import LaunchHost

/// The options of a rehearsal, and what they ask for.
enum RehearsalReader {
    private static let heading = "Rehearsal"

    static let options = [
        Option(
            flag: "rehearse", help: "Run a remote backend's request on the local container engine.", heading: heading),
        Option(
            "channel", value: "NAME=PATH", help: "A local file or folder instead of the input of that name.",
            repeatable: true, heading: heading),
        Option(
            "checkpoints", value: "DIR", help: "A local folder instead of where the checkpoints are kept.",
            values: .directories, heading: heading),
        Option(
            "results", value: "DIR", help: "A local folder for the results, instead of where the request wants them.",
            values: .directories, heading: heading),
        Option(
            flag: "keep-local", help: "Keep results and checkpoints on this machine, with the run's other outputs.",
            heading: heading),
        Option(
            "drill", value: "spot[@AFTER]",
            help: "Take the hosts away once, after so long (60s), and start again from the checkpoints.",
            heading: heading),
        Option(
            "stop-grace", value: "DURATION", help: "Time between SIGTERM and SIGKILL; the backend's own otherwise.",
            heading: heading),
        Option(
            flag: "with-credentials", help: "Give the containers short-lived credentials, through an endpoint.",
            heading: heading),
        Option(
            flag: "like-instance", help: "Give the containers no more processors and memory than the instance has.",
            heading: heading),
        Option(
            "shm-size", value: "SIZE", help: "Size of /dev/shm, such as 1g.", heading: heading),
    ]

    /// What the command line asks of a rehearsal; nil where it asks nothing.
    /// - Throws: a usage error for values that cannot be read, and where there is no rehearsal to ask it of.
    static func read(_ arguments: ParsedArguments, rehearses: Bool) throws -> RehearsalOptions? {
        let given = options.dropFirst().filter { isGiven($0.long, arguments) }
        guard let first = given.first else { return nil }
        guard rehearses else {
            throw arguments.usageError("--\(first.long) is for rehearsals; add --rehearse")
        }
        var asked = RehearsalOptions()
        for (name, path) in try arguments.pairs("channel") { asked.channels[name] = absolute(path) }
        asked.checkpoints = arguments.string("checkpoints").map(absolute)
        asked.output = arguments.string("results").map(absolute)
        asked.keepsLocal = arguments.flag("keep-local")
        asked.wantsCredentials = arguments.flag("with-credentials")
        asked.isLikeInstance = arguments.flag("like-instance")
        asked.graceSeconds = try arguments.string("stop-grace").map { try seconds($0, "stop-grace", arguments) }
        asked.sharedMemoryBytes = try arguments.string("shm-size").map { text in
            guard let bytes = Quantity.bytes(text), bytes > 0 else {
                throw arguments.usageError("--shm-size cannot be '\(text)'; write it like 512m or 1g")
            }
            return bytes
        }
        asked.drill = try arguments.string("drill").map { text in
            let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.first == "spot" else {
                throw arguments.usageError("--drill cannot be '\(text)'; write spot, or spot@30s")
            }
            let after = parts.count == 2 ? String(parts[1]) : "60s"
            return ContainerJob.Surroundings.Drill(
                afterSeconds: try seconds(after, "drill", arguments), graceSeconds: asked.graceSeconds ?? 120)
        }
        return asked
    }

    private static func isGiven(_ name: String, _ arguments: ParsedArguments) -> Bool {
        arguments.flag(name) || arguments.string(name) != nil || !arguments.strings(name).isEmpty
    }

    private static func seconds(_ text: String, _ name: String, _ arguments: ParsedArguments) throws -> Int {
        guard let seconds = Quantity.seconds(text), let whole = Int(exactly: seconds.rounded(.up)) else {
            throw arguments.usageError("--\(name) cannot be '\(text)'; write the time like 90s or 2m")
        }
        return whole
    }

    /// The agent that runs it may stand in another folder.
    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
