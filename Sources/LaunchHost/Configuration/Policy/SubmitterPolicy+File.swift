extension SubmitterPolicy {
    private static let allowance = Field.Kind.either([.choice([Allowance.word]), .list(.string)])

    /// The keys of a queue's file.
    static let fields = [
        Field(
            "allow_sources",
            .either([
                .choice([Allowance.word]),
                .object([
                    Field(
                        "images", allowance, example: "[registry.example.com/team/*]",
                        help: "Images that may run: 'any', or patterns of their names."),
                    Field(
                        "git", allowance, example: "[\"https://github.com/team/*\"]",
                        help: "Git repositories that may be built: 'any', or patterns of their addresses."),
                    Field(
                        "folders", .either([.boolean, .choice([Allowance.word]), .list(.string)]),
                        example: "[/home/team]",
                        help: "Folders that may be built: 'any', true, false, or a list of absolute paths."),
                ]),
            ]), example: "{images: [registry.example.com/team/*]}",
            help: "The images and sources that a submitter may run: 'any', or images, git and folders one by one."),
        Field(
            "allow_code", .boolean, example: "false",
            help:
                "Whether code may run beside an image that is not built from it. Default: where allow_sources allows the folder or repository, and the image."
        ),
        Field(
            "allow_unpinned", .boolean, example: "true",
            help: "Whether an image may run that is not pinned to a digest: its registry denies the look-up."
        ),
        Field(
            "allow_rehearse", .boolean, example: "true",
            help: "Whether a submitter may rehearse runs on the agent's container engine."),
        Field(
            "allow_credentials", .boolean, default: .bool(false), example: "true",
            help: "Whether a rehearsal may get credentials: those of the role that the queue names, never the agent's."),
        Field(
            "allow_folders", allowance, example: "[/srv/data]",
            help: "Folders of this machine that a rehearsal may use for channels, checkpoints and output."),
        Field(
            "allow_projects", allowance, example: "[\"team-*\"]",
            help: "Projects that a submitter may name, beside 'default'."),
        Field(
            "allow_names", allowance, example: "any", help: "Names that a submitter may give to runs."),
        Field(
            "allow_entities", allowance, example: "[my-team]",
            help: "Entities that a submitter's configuration may name, beside the author's own name."),
        Field(
            "max_priority", .choice(Priority.allCases.map(\.rawValue)), example: "high",
            help: "The most urgent priority that a submitter may ask for. With allow_overrides: medium."),
    ]

    /// Creates the policy from decoded keys.
    init(_ options: Options) {
        let sources = options.values["allow_sources"]
        let isAny = sources == .string(Allowance.word)
        // A mapping denies the kinds of source that it does not contain.
        func source(_ name: String) -> Allowance? {
            if isAny { return .any }
            return sources?.objectValue.map { Allowance($0[name]) ?? .only([]) }
        }
        self.init(
            rehearse: options.values["allow_rehearse"]?.boolValue,
            // The default in the declaration applies without the key.
            credentials: options.flag("allow_credentials") ? true : nil, images: source("images"),
            unpinned: options.values["allow_unpinned"]?.boolValue, git: source("git"), sourceFolders: source("folders"),
            code: options.values["allow_code"]?.boolValue, folders: Allowance(options.values["allow_folders"]),
            projects: Allowance(options.values["allow_projects"]), names: Allowance(options.values["allow_names"]),
            entities: Allowance(options.values["allow_entities"]),
            maxPriority: options.string("max_priority").flatMap(Priority.init(rawValue:)))
    }

    /// The keys as a queue's file declares them, for a queue whose file is not stored.
    package var declaration: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["allow_rehearse"] = rehearse.map { .bool($0) }
        members["allow_credentials"] = credentials.map { .bool($0) }
        members["allow_code"] = code.map { .bool($0) }
        members["allow_unpinned"] = unpinned.map { .bool($0) }
        var sources: [String: JSONValue] = [:]
        sources["images"] = images?.declaration
        sources["git"] = git?.declaration
        sources["folders"] = sourceFolders?.declaration
        if !sources.isEmpty { members["allow_sources"] = .object(sources) }
        members["allow_folders"] = folders?.declaration
        members["allow_projects"] = projects?.declaration
        members["allow_names"] = names?.declaration
        members["allow_entities"] = entities?.declaration
        members["max_priority"] = maxPriority.map { .string($0.rawValue) }
        return members
    }

    /// A description of the rules in addition to overrides: all keys of a queue with `allow_overrides`, otherwise those
    /// in the file.
    public func facts(isLocked: Bool) -> [(name: String, value: String)] {
        func words(_ allowance: Allowance?) -> String? { (allowance ?? (isLocked ? .only([]) : nil))?.summary }
        func words(_ flag: Bool?) -> String? { (flag ?? (isLocked ? false : nil)).map { $0 ? "allowed" : "none" } }
        let priority = maxPriority ?? (isLocked ? .medium : nil)
        let all: [(String, String?)] = [
            ("images", words(images)), ("unpinned images", words(unpinned)), ("git", words(git)),
            ("sources", words(sourceFolders)), ("code channels", code.map { $0 ? "allowed" : "none" }),
            ("rehearsals", words(rehearse)), ("credentials", words(credentials)), ("folders", words(folders)),
            ("projects", words(projects)), ("names", words(names)), ("entities", words(entities)),
            ("priority", priority.map { "at most \($0.rawValue)" }),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    /// The problems of the patterns, each with its key.
    package var mistakes: [(key: FieldPath, pattern: String, why: String)] {
        var found: [(key: FieldPath, pattern: String, why: String)] = []
        func check(_ allowance: Allowance?, _ key: String..., why: (String) -> String?) {
            guard case .only(let patterns)? = allowance else { return }
            for (index, pattern) in patterns.enumerated() {
                guard let reason = why(pattern) else { continue }
                found.append((FieldPath(key.map { .member($0) }).appending(index: index), pattern, reason))
            }
        }
        check(images, "allow_sources", "images") { text in
            do throws(ImagePattern.Invalid) {
                _ = try ImagePattern(text)
                return nil
            } catch { return error.why }
        }
        check(git, "allow_sources", "git") { text in
            do throws(GitLocation.Invalid) {
                _ = try GitPattern(text)
                return nil
            } catch { return error.why }
        }
        let isFolder = { (text: String) in text.hasPrefix("/") ? nil : "it must be an absolute path" }
        check(sourceFolders, "allow_sources", "folders", why: isFolder)
        check(folders, "allow_folders", why: isFolder)
        return found
    }
}
