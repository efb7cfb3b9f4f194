public import LaunchPluginKit

/// The input channel `code` of a run's code, and the start command that runs in it. Pure.
///
/// The channel names a prefix with one object per file: SageMaker downloads all objects below it to
/// `/opt/ml/input/data/code`. The command goes through the script that the code's snapshot has.
struct CodeInput {
    /// The most channels of a request, by the service's model.
    private static let mostChannels = 20
    /// The most bytes of an object's key.
    private static let mostKeyBytes = 1024
    /// The folder below `S3OutputPath` for queues without `code_uri`.
    static let defaultFolder = "code"
    private static let uriPath = FieldPath([.member(QueueTemplate.codeURI)])
    private static let channels = FieldPath([.member("InputDataConfig")])

    private let code: JobCode
    private let installs: Bool

    /// Removes the queue's own keys from the document, and keeps the root of the code in the notes.
    /// - Returns: nil for a run without code.
    init?(_ runnable: RunnableJob, takingFrom document: inout [String: JSONValue], _ notes: inout RequestNotes) {
        let given = document.removeValue(forKey: QueueTemplate.codeURI)?.stringValue
        // The command line has read it.
        document[QueueTemplate.code] = nil
        let queueInstalls = document.removeValue(forKey: QueueTemplate.codeRequirements)?.boolValue == true
        if let given { notes.codeRoot = Self.root(given) }
        guard let code = runnable.code else { return nil }
        if given == nil { notes.codeRoot = Self.defaultRoot(of: .object(document)) }
        self.code = code
        let asked = runnable.job.source.channel?.installsRequirements == true
        installs = asked || (queueInstalls && code.hasRequirements)
        if asked, !code.hasRequirements {
            notes.addFinding(
                .error, at: FieldPath(), "--code-requirements is given, and the code has no requirements.txt",
                hint: "Leave the option out, or add the file.", rule: "code-requirements")
        }
        notes.code = code.digest ?? String(repeating: "0", count: 64)
    }

    /// The root of a queue without `code_uri`.
    static func defaultRoot(of document: JSONValue) -> String? {
        document["OutputDataConfig"]?["S3OutputPath"]?.stringValue.map { root("\(root($0))/\(defaultFolder)") }
    }

    private static func root(_ uri: String) -> String {
        var uri = uri[...]
        while uri.last == "/" { uri.removeLast() }
        return String(uri)
    }

    /// Adds the channel and the start command.
    func add(to document: inout [String: JSONValue], _ notes: inout RequestNotes) {
        if let place = place(&notes) { addChannel(place, to: &document, &notes) }
        start(&document, &notes)
        if installs, document["EnableNetworkIsolation"]?.boolValue == true {
            notes.addFinding(
                .error, at: FieldPath([.member("EnableNetworkIsolation")]),
                "it leaves the container without a network, and requirements.txt is installed from one",
                hint: "Leave --code-requirements and code_requirements out, and use an image that has the packages.",
                rule: "code-requirements")
        }
    }

    private func place(_ notes: inout RequestNotes) -> CodePlace? {
        guard let root = notes.codeRoot else {
            notes.addFinding(
                .error, at: Self.uriPath,
                "the run's code has no place: the queue has neither code_uri nor S3OutputPath",
                hint: "Add 'code_uri: s3://BUCKET/PREFIX' to the queue's file.", rule: "code-place")
            return nil
        }
        guard root.hasPrefix("s3://"), root.count > 5 else {
            notes.addFinding(
                .error, at: Self.uriPath, "\(Shown.quoted(root)) is not a place in S3 for the run's code",
                hint: "Write 'code_uri: s3://BUCKET/PREFIX' into the queue's file.", rule: "code-place")
            return nil
        }
        guard let place = notes.codePlace else { return nil }
        let key = place.files.dropFirst(5).drop { $0 != "/" }.utf8.count - 1 + code.longestPath.utf8.count
        if key > Self.mostKeyBytes {
            notes.addFinding(
                .error, at: Self.uriPath,
                "the key of \(Shown.quoted(code.longestPath)) would have \(key) bytes, and S3 allows \(Self.mostKeyBytes)",
                hint: "Use a shorter prefix or a shorter path, or name the file in .launchignore.", rule: "code-key")
        }
        return place
    }

    private func addChannel(
        _ place: CodePlace, to document: inout [String: JSONValue], _ notes: inout RequestNotes
    ) {
        let given = document["InputDataConfig"] ?? .null
        // A value that is not a list stays, so that validation reports it.
        guard given == .null || given.arrayValue != nil else { return }
        let others = given.arrayValue ?? []
        for (index, channel) in others.enumerated() where channel["ChannelName"]?.stringValue == CodeChannel.name {
            notes.addFinding(
                .error, at: Self.channels.appending(index: index).appending("ChannelName"),
                "\(CodeChannel.name) is the channel of the run's code",
                hint: "Give the queue's channel another name, or submit without --code.", rule: "code-channel")
            return
        }
        guard others.count < Self.mostChannels else {
            return notes.addFinding(
                .error, at: Self.channels,
                "it has \(others.count) channels, SageMaker allows \(Self.mostChannels), and the run's code needs one",
                hint: "Remove a channel, or submit without --code.", rule: "code-channel")
        }
        var source: [String: JSONValue] = [
            "S3DataType": .string("S3Prefix"), "S3Uri": .string(place.files),
            "S3DataDistributionType": .string("FullyReplicated"),
        ]
        // Either all channels name instance groups or none does.
        let groups = (document["ResourceConfig"]?["InstanceGroups"]?.arrayValue ?? [])
            .compactMap { $0["InstanceGroupName"]?.stringValue }
        let isGrouped = others.contains { channel in
            let names = channel["DataSource"]?["S3DataSource"]?["InstanceGroupNames"]
            return names != nil && names != .null
        }
        if isGrouped, !groups.isEmpty { source["InstanceGroupNames"] = .array(groups.map { .string($0) }) }
        document["InputDataConfig"] = .array(
            others + [
                .object([
                    "ChannelName": .string(CodeChannel.name), "InputMode": .string("File"),
                    "DataSource": .object(["S3DataSource": .object(source)]),
                ])
            ])
    }

    /// The run's command, or the queue's, after the words that start it in the folder.
    private func start(_ document: inout [String: JSONValue], _ notes: inout RequestNotes) {
        guard var algorithm = document["AlgorithmSpecification"]?.objectValue else { return }
        let given = algorithm["ContainerEntrypoint"] ?? .null
        guard given == .null || given.arrayValue != nil else { return }
        guard let words = given.arrayValue, !words.isEmpty else {
            return notes.addFinding(
                .error, at: FieldPath([.member("AlgorithmSpecification"), .member("ContainerEntrypoint")]),
                "it is missing, and the image's own entry point does not know the run's code",
                hint: "Give the command that runs in the folder: --entry-point 'python3 train.py'.",
                rule: "code-command")
        }
        algorithm["ContainerEntrypoint"] = .array(
            CodeChannel.start([], of: code, installs: installs).map { .string($0) } + words)
        document["AlgorithmSpecification"] = .object(algorithm)
    }
}

extension RequestNotes {
    /// The place of the request's code; nil for a request without.
    var codePlace: CodePlace? {
        guard let codeRoot, let code else { return nil }
        return CodePlace(root: codeRoot, digest: code)
    }
}

extension SageMakerRunner: CodeCarrying {
    /// The place that the request's channel `code` names.
    public func codePlace(of request: RunRequest) -> CodePlace? { RequestNotes(request).codePlace }

    /// `code_uri`, else the folder below `S3OutputPath`.
    public func codeRoot(of request: RunRequest) -> String? {
        RequestNotes(request).codeRoot ?? CodeInput.defaultRoot(of: request.document)
    }
}
