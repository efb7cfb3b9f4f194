internal import LaunchOCIRegistry
public import LaunchPluginKit

/// The keys of `registry: {type: ecr}`.
struct ECROptions: Sendable {
    let repository: ECRRepository
    /// The key of the repository in the configuration.
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
                    : "Both 'uri' and 'repository' are given; they have the same meaning.",
                hint: given.isEmpty
                    ? "Give the repository, for example 'uri: \(ECRRepository.example)'." : "Remove one of them.")
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
                help: "The repository, as URI or ARN, without a tag. It determines account and region."),
            Field(
                "repository", .string, example: "arn:aws:ecr:us-east-1:123456789012:repository/train",
                help: "The same as uri; give one of the two."),
            Field(
                "create_repository", .boolean, default: .bool(false),
                help: "Create the repository before the first push if it does not exist."),
            Field(
                "platform", .choice(["linux/amd64", "linux/arm64"]), default: .string("linux/amd64"),
                help: "The platform of images: linux/arm64 for instances with Graviton processors."),
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
        hints: ConfigHints(
            address: .init(
                key: "uri", pattern: "^(arn:|[0-9]{12}[.]dkr[.-]ecr)", value: ECRRepository.uri(from:))),
        make: { options, context throws(BackendError) in
            let own = try ECROptions(options)
            guard let environment = context.environment as? AWSEnvironment else {
                throw BackendError(
                    .configuration, "ECR needs AWS credentials, and the environment of this configuration has none.",
                    hint: "Add 'environment: {type: aws}'.")
            }
            // The registry uses the same proxies and certificate authorities as the API.
            let caFile = HTTPAuthorities.file(context.variables, environment.settings)
            return ECRRegistry(own, environment: environment) { host throws(OCIError) in
                .init(host: try RegistryHost(parsing: host.description), caFile: caFile)
            }
        })
}
