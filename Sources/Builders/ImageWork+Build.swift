internal import LaunchContainerEngine
internal import LaunchPluginKit
internal import LaunchRegistryLogins

extension ImageWork {
    /// Builds the image and returns its ID.
    func build(with client: EngineClient, access: RegistryAccess) async throws -> String {
        let version = try await client.version()
        try settings.engine.check(isPodman: version.isPodman, at: client.address)
        let command = try await command(for: client, isPodman: version.isPodman)
        tell(BuildProgress(.build, "building \(destination) with \(command)"))
        for secret in settings.secrets where secret.isGranted(to: source) { secret.mask() }
        let build = imageBuild(command, enginePlatform: Self.platform(of: version))
        let (login, others) = try await baseLogins(access)
        var tries = 1
        while true {
            let output = BuildOutput(tell)
            do {
                return try await CommandSession.with(
                    command, engine: client.address, isConfined: settings.isConfined
                ) { session throws(EngineError) in
                    try session.use(others)
                    if let login { try await session.login(login) }
                    return try await session.build(build, timeout: settings.timeout) { output.take($0) }
                }
            } catch {
                guard output.lostCachedStep, tries < Self.maxAttempts else {
                    throw await failure(error, output, client)
                }
                tries += 1
            }
        }
    }

    /// The number of attempts if another program removes cached steps during the build.
    private static let maxAttempts = 3

    /// The command line, and how it builds.
    private func command(for client: EngineClient, isPodman: Bool) async throws -> EngineCommand {
        let needsBuildKit = !settings.secrets.isEmpty
        var command = try EngineCommand.choose(
            from: try await EngineCommand.findAll(), needsBuildKit: needsBuildKit, isPodman: isPodman)
        // On an engine without the network `bridge`, BuildKit fails at the first RUN. The classic builder continues
        // without a network.
        if command.kind == .docker, command.buildKit != .none, !needsBuildKit, settings.network == nil,
            try await !client.hasNetwork("bridge")
        {
            command.buildKit = .none
        }
        return command
    }

    private func imageBuild(_ command: EngineCommand, enginePlatform: String?) -> ImageBuild {
        let isClassic = command.kind == .docker && command.buildKit == .none
        var build = ImageBuild(
            context: source.context, dockerfile: "\(source.context)/\(source.dockerfile)",
            platform: settings.platform, buildArguments: settings.buildArguments,
            secretFiles: settings.secretFiles(for: source),
            labels: [Self.label: key.hex], target: settings.target)
        build.noCache = settings.noCache
        build.network = settings.network
        if isClassic {
            // Engines before 20.10 accept the option only with experimental features, and here it is redundant.
            if settings.platform == enginePlatform {
                build.platform = nil
            }
            // The cache of the classic builder ignores the platform, and could return steps of another one.
            else {
                build.noCache = true
            }
        }
        return build
    }

    private static func platform(of version: EngineVersion) -> String? {
        guard let system = version.operatingSystem, let architecture = version.architecture else { return nil }
        return "\(system)/\(architecture)"
    }

    /// The logins for the registries of the base images: that of the configured registry, and the others. The build
    /// gets only logins that it needs.
    private func baseLogins(
        _ access: RegistryAccess
    ) async throws -> (configured: RegistryCredentials?, others: [RegistryCredentials]) {
        let dockerfile = try Dockerfile(
            parsing: String(decoding: try DockerBuilder.dockerfile(of: source), as: UTF8.self), file: source.dockerfile,
            buildArguments: settings.buildArguments, platform: settings.platform)
        var configured: RegistryCredentials?
        var others: [RegistryCredentials] = []
        var seen: Set<String> = []
        for base in dockerfile.bases {
            let name = base.reference.host ?? "docker.io"
            guard seen.insert(name).inserted else { continue }
            if case .remote(let host, let login?) = access, host == name {
                configured = RegistryCredentials(
                    username: login.username, password: login.password.reveal(), server: host)
            } else if let login = try await logins.login(toPull: base.reference, registry: registry) {
                others.append(login)
            }
        }
        return (configured, others)
    }

    private func failure(_ error: any Error, _ output: BuildOutput, _ client: EngineClient) async -> BackendError {
        guard let error = error as? EngineError else {
            return error as? BackendError ?? BackendError(.internalFault, "\(error)")
        }
        let step = output.failedStep.map { " at '\($0)'" } ?? ""
        switch error.code {
        case .timedOut:
            return BackendError(
                .invalid, "The build took longer than \(settings.timeout) and was stopped\(step).",
                hint: "Raise the builder's 'timeout', or make the build shorter.")
        case .commandFailed, .denied:
            // If the engine does not respond, the failure says nothing about the source.
            do {
                try await client.ping()
            } catch {
                return BackendError(build: error)
            }
            let words = output.lastLines
            let hint =
                output.contains("network bridge not found")
                ? "This engine has no default network: give the builder 'network: host' or 'network: none'." : nil
            return BackendError(
                .invalid, "The image cannot be built: it failed\(step).\(words.isEmpty ? "" : "\n\(words)")", hint: hint
            )
        default:
            return BackendError(build: error)
        }
    }
}
