/// The input of an image build.
public struct ImageBuild: Sendable {
    /// The context folder.
    public var context: String
    /// The Dockerfile's absolute path.
    public var dockerfile: String
    /// The names for the image: `host/repository:tag`.
    public var tags: [String]
    /// `linux/amd64`; nil means the engine's own.
    public var platform: String?
    /// Build arguments by name. They are visible in the process list and in the image, so they must not be secrets.
    public var buildArguments: [String: String]
    /// Files with secrets, by ID, for `RUN --mount=type=secret`. Needs BuildKit.
    public var secretFiles: [String: String]
    /// Labels of the image.
    public var labels: [String: String]
    /// The stage to build; nil means the last one.
    public var target: String?
    /// The network of RUN steps: `none`, `host`, or nil for the engine's default.
    public var network: String?
    /// Whether to rebuild every step.
    public var noCache = false

    public init(
        context: String, dockerfile: String, tags: [String] = [], platform: String? = nil,
        buildArguments: [String: String] = [:], secretFiles: [String: String] = [:], labels: [String: String] = [:],
        target: String? = nil, network: String? = nil
    ) {
        self.context = context
        self.dockerfile = dockerfile
        self.tags = tags
        self.platform = platform
        self.buildArguments = buildArguments
        self.secretFiles = secretFiles
        self.labels = labels
        self.target = target
        self.network = network
    }

    /// The arguments. The context is last, after `--`, so that no name can be parsed as an option.
    func arguments(for command: EngineCommand, imageIDFile: String) -> [String] {
        var arguments = ["build", "--iidfile", imageIDFile, "--file", dockerfile]
        if command.kind == .docker, command.buildKit != .none { arguments += ["--progress", "plain"] }
        for tag in tags { arguments += ["--tag", tag] }
        if let platform { arguments += ["--platform", platform] }
        // Without these, buildx produces an index of image and attestation, or keeps the image in its own cache only.
        if command.buildKit == .buildx { arguments += ["--provenance=false", "--load"] }
        // The builder before BuildKit keeps the container of a failed or cancelled step.
        if command.kind == .docker, command.buildKit == .none { arguments.append("--force-rm") }
        if noCache { arguments.append("--no-cache") }
        if let network { arguments += ["--network", network] }
        if let target { arguments += ["--target", target] }
        for (name, value) in buildArguments.sorted(by: { $0.key < $1.key }) {
            arguments += ["--build-arg", "\(name)=\(value)"]
        }
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) { arguments += ["--label", "\(name)=\(value)"] }
        for (id, file) in secretFiles.sorted(by: { $0.key < $1.key }) {
            arguments += ["--secret", "id=\(id),src=\(file)"]
        }
        return arguments + ["--", context]
    }
}
