public import LaunchHost
internal import OCIRegistry

/// The keys of `registry: {type: ecr}`.
struct ECROptions: Sendable {
    let repository: ECRRepository
    /// The key that the repository was written under.
    let key: String
    let createRepository: Bool
    let platform: String

    init(_ options: Options) throws(BackendError) {
        let given = ["uri", "repository"].compactMap { key in options.string(key).map { (key, $0) } }
        guard let (key, text) = given.first, given.count == 1 else {
            throw BackendError(
                .invalid,
                given.isEmpty
                    ? "There is neither 'uri' nor 'repository'."
                    : "Both 'uri' and 'repository' are given; they mean the same.",
                hint: given.isEmpty
                    ? "Give the repository, for example 'uri: \(ECRRepository.example)'." : "Leave one away.")
        }
        self.key = key
        repository = try ECRRepository(parsing: text, key: key)
        createRepository = options.flag("create_repository")
        platform = options.string("platform") ?? "linux/amd64"
    }
}

extension ECRRegistry {
    /// The plugin's declaration.
    public static let plugin = Plugin<any Registry>(
        type: "ecr", summary: "A private repository of Amazon ECR, with logins from the environment.",
        fields: [
            Field(
                "uri", .string, example: ECRRepository.example,
                help: "The repository, as URI or ARN, without a tag. It says account and region."),
            Field(
                "repository", .string, example: "arn:aws:ecr:us-east-1:123456789012:repository/train",
                help: "Another word for uri; one of the two is given."),
            Field(
                "create_repository", .boolean, default: .bool(false),
                help: "Make the repository before the first push where it does not exist."),
            Field(
                "platform", .choice(["linux/amd64", "linux/arm64"]), default: .string("linux/amd64"),
                help: "What images must run on: linux/arm64 for instances with Graviton processors."),
        ],
        examples: [
            "registry:\n  type: ecr\n  uri: \(ECRRepository.example)\n",
            """
            registry:
              type: ecr
              repository: arn:aws:ecr:us-east-1:123456789012:repository/train
              create_repository: true

            """,
        ],
        optionsForDestination: { destination in
            guard destination.host.flatMap({ ECRHost($0) }) != nil,
                (try? ECRRepository(parsing: destination.description, key: "uri")) != nil
            else { return nil }
            return ["uri": .string(destination.description)]
        },
        make: { options, context throws(BackendError) in
            let own = try ECROptions(options)
            guard let environment = context.environment as? AWSEnvironment else {
                throw BackendError(
                    .configuration, "ECR needs AWS credentials, and the environment of this configuration has none.",
                    hint: "Add 'environment: {type: aws}'.")
            }
            // The registry is behind the same proxies and authorities as the API.
            let caFile = HTTPAuthorities.file(context.variables, environment.settings)
            return ECRRegistry(own, environment: environment) { host throws(OCIError) in
                .init(host: try RegistryHost(parsing: host.description), caFile: caFile)
            }
        })
}
