internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// Reads the options of a rehearsal from the command line and the spec file. The command line takes precedence.
struct RehearsalReader {
    private let context: CommandContext
    private let specFile: SpecFile

    init(_ context: CommandContext, _ specFile: SpecFile) {
        self.context = context
        self.specFile = specFile
    }

    private var file: Options { specFile.options }

    private func usageError(_ message: String, about option: String, _ member: String? = nil) -> any Error {
        specFile.usageError(message, about: option, member, in: context.arguments)
    }

    /// The options; nil if the run is not a rehearsal.
    /// - Throws: `UsageError` if options are given for a run that is not a rehearsal, or if one is invalid.
    func options(of resource: String, _ config: LaunchConfig) throws -> RehearsalOptions? {
        let isAsked = context.arguments.flag("rehearse") || file.flag("rehearse")
        let runsHere = rehearses(resource)
        let isConfigured = !runsHere && config.runner.map { rehearses($0.type) } ?? false
        guard !runsHere, isAsked || isConfigured else {
            if let stray {
                let reason =
                    runsHere ? "a run of \(resource) runs here itself and is not a rehearsal" : "it needs --rehearse"
                throw context.arguments.usageError("\(stray) is for rehearsals: \(reason)")
            }
            return isAsked ? RehearsalOptions() : nil
        }
        return try options()
    }

    private func rehearses(_ type: String) -> Bool {
        context.catalog.runner(type)?.base.capabilities.rehearses ?? false
    }

    // MARK: Options

    private static let flags = ["keep-local", "with-credentials", "like-instance"]
    private static let texts = ["checkpoints", "output", "drill", "grace", "shm-size"]

    /// The first given option that is only valid for a rehearsal.
    private var stray: String? {
        let onLine = (["channel"] + Self.texts + Self.flags).first { context.arguments.source(of: $0) != nil }
        if let onLine { return "--\(onLine)" }
        let inFile = SpecFile.rehearsal.map(\.name).first { name in
            file.values[name].map { $0 != .bool(false) } ?? false
        }
        return inFile.map { "'\($0)' in the spec file" }
    }

    private func options() throws -> RehearsalOptions {
        let grace = try graceSeconds()
        let options = RehearsalOptions(
            channels: try channels(), checkpoints: try place("checkpoints"), output: try place("output"),
            keepsLocal: flag("keep-local"), graceSeconds: grace, drill: try drill(graceSeconds: grace),
            wantsCredentials: flag("with-credentials"), isLikeInstance: flag("like-instance"),
            sharedMemoryBytes: try sharedMemory())
        if let clash = RehearsalFolderOverlap.clash(in: options) { throw context.arguments.usageError(clash) }
        return options
    }

    private func flag(_ name: String) -> Bool { context.arguments.flag(name) || file.flag(Self.key(name)) }

    private static func key(_ name: String) -> String { name.replacing("-", with: "_") }

    private func graceSeconds() throws -> Int? {
        let text = context.arguments.string("grace")
        guard let seconds = text.map(Quantity.seconds) ?? file.number("grace") else {
            guard let text else { return nil }
            throw usageError("--grace is a time such as 90s or 2m; got '\(text)'", about: "grace")
        }
        guard 0...86_400 ~= seconds else {
            throw usageError("--grace is a time up to a day; got \(text ?? "\(seconds) s")", about: "grace")
        }
        return Int(seconds.rounded(.up))
    }

    private func sharedMemory() throws -> Int64? {
        let text = context.arguments.string("shm-size")
        guard let size = text.map(Quantity.bytes) ?? file.integer("shm_size") else {
            guard let text else { return nil }
            throw usageError("--shm-size is a size such as 512m or 2g; got '\(text)'", about: "shm-size")
        }
        guard size > 0 else { throw usageError("--shm-size is one byte or more", about: "shm-size") }
        return size
    }

    /// `spot` or `spot@10s`.
    private func drill(graceSeconds: Int?) throws -> RehearsalPlan.Drill? {
        guard let text = context.arguments.string("drill") ?? file.string("drill") else { return nil }
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let wait = parts.count == 2 ? Quantity.seconds(parts[1]) : 10
        guard parts.first == "spot", let wait, wait > 0, wait <= 86_400 else {
            throw usageError(
                "--drill is spot or spot@TIME, with the time from the start of the containers, such as spot@90s; "
                    + "got '\(text)'", about: "drill")
        }
        let after = Int(wait.rounded(.up))
        return graceSeconds.map { .init(afterSeconds: after, graceSeconds: $0) } ?? .init(afterSeconds: after)
    }

    // MARK: Paths

    private func channels() throws -> [String: String] {
        var channels: [String: String] = [:]
        for (name, path) in file.stringMap("channels") ?? [:] {
            channels[name] = try input(name, inFile(path), isInFile: true)
        }
        var seen: Set<String> = []
        for (name, path) in try context.arguments.pairs("channel") {
            guard seen.insert(name).inserted else {
                throw context.arguments.usageError("--channel \(name) is given twice")
            }
            channels[name] = try input(name, path, isInFile: false)
        }
        return channels
    }

    /// The absolute path of a channel's data, which must be readable.
    private func input(_ name: String, _ path: String, isInFile: Bool) throws -> String {
        let (option, member) = isInFile ? ("channels", name) : ("channel", nil)
        let place = try absolute(path, of: "channel \(name)", option, member)
        guard FileManager.default.fileExists(atPath: place) else {
            throw usageError("the folder \(place) for channel \(name) does not exist", about: option, member)
        }
        guard FileManager.default.isReadableFile(atPath: place) else {
            throw usageError("\(place), for channel \(name), cannot be read by this user", about: option, member)
        }
        return place
    }

    /// The absolute path of a folder to write to. It may not exist yet.
    private func place(_ name: String) throws -> String? {
        guard let path = context.arguments.string(name) ?? file.string(Self.key(name)).map(inFile) else { return nil }
        let place = try absolute(path, of: name, name, nil)
        var isFolder = false
        if FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), !isFolder {
            throw usageError("--\(name) needs a folder, and \(place) is a file", about: name)
        }
        return place
    }

    private func inFile(_ path: String) -> String { path.hasPrefix("/") ? path : "\(specFile.folder)/\(path)" }

    private func absolute(_ path: String, of what: String, _ option: String, _ member: String?) throws -> String {
        guard !path.isEmpty else { throw usageError("\(what) has no path", about: option, member) }
        guard !path.contains("://") else {
            throw usageError(
                "\(what): '\(path)' is not a local path; without this option the request's source is used",
                about: option, member)
        }
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
