internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchContainerEngine
internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import LaunchRegistryLogins

/// One build with buildah, from the context folder to the pinned image: pull the base images, build, push.
struct BuildahWork: Sendable {
    let source: BuildSource
    let key: ContentKey
    let destination: ImageReference
    let registry: any Registry
    let settings: DockerBuilder.Settings
    let machine: BuildahMachine
    let logins: PullLogins
    let bases: BaseImages
    let clock: HostClock
    let tell: @Sendable (BuildProgress) -> Void

    func run() async throws(BackendError) -> PinnedImage {
        guard case .remote(let host, let login) = try await registry.access() else {
            throw Self.refusal(of: destination)
        }
        let setup = try await machine.setup()
        try await registry.prepare(for: destination)
        do {
            let dockerfile = try Dockerfile(
                parsing: String(decoding: try DockerBuilder.dockerfile(of: source), as: UTF8.self),
                file: source.dockerfile, buildArguments: settings.buildArguments, platform: settings.platform)
            try checkSupport(of: dockerfile, by: setup.version)
            for secret in settings.secrets where secret.isGranted(to: source) { secret.mask() }
            let own = login.map {
                RegistryCredentials(username: $0.username, password: $0.password.reveal(), server: host)
            }
            return try await make(dockerfile, setup, host: host, login: own)
        } catch let error as LaunchError {
            throw BackendError(source: error)
        } catch let error as EngineError {
            throw BackendError(build: error)
        } catch let error as BackendError {
            throw error
        } catch let error as CancellationError {
            throw BackendError(.cancelled, "The build was cancelled: \(error).")
        } catch {
            throw BackendError(.internalFault, "\(error)")
        }
    }

    /// Why no image is built for an engine's own store.
    static func refusal(of destination: ImageReference) -> BackendError {
        BackendError(
            .invalid, "\(destination) cannot be built: \(BuildahBuilder.needsRegistry).",
            hint: "Without --keep-local, the image of a rehearsal goes to the registry. Otherwise, "
                + "\(BuildahBuilder.needsRegistryHint).")
    }

    /// Refuses a Dockerfile that buildah would read differently, because the image of a key must not depend on the
    /// builder.
    private func checkSupport(of dockerfile: Dockerfile, by version: BuildahVersion) throws(BackendError) {
        if let syntax = dockerfile.syntax, !dockerfile.hasFrontendOfDocker {
            throw BackendError(
                .invalid,
                "\(source.dockerfile) asks for the frontend \(syntax), and buildah reads only docker's own Dockerfiles.",
                hint: "Remove the line '# syntax=', or use 'builder: {type: docker}'.")
        }
        // Older versions read the lines of a here-document as instructions.
        if let line = dockerfile.hereDocumentLine, version < Self.firstWithHereDocuments {
            throw BackendError(
                .invalid,
                "\(source.dockerfile):\(line): here-documents need buildah \(Self.firstWithHereDocuments), and this one is "
                    + "\(version).",
                hint: "Write the commands as one RUN with '&& \\', copy a script, or use 'builder: {type: docker}'.")
        }
    }

    private static let firstWithHereDocuments = BuildahVersion(major: 1, minor: 33)

    private func make(
        _ dockerfile: Dockerfile, _ setup: BuildahSetup, host: String, login: RegistryCredentials?
    ) async throws -> PinnedImage {
        let images = dockerfile.bases.map { BuildahBase($0.reference) }
        let storage = BuildahStorage(setup: setup, kept: machine.cachedImages, clock: clock)
        let result: Result<PinnedImage, any Error>
        do {
            let logins = try await allLogins(for: dockerfile, host: host, login: login)
            result = .success(
                try await storage.using {
                    try await BuildahSession.with(setup, logins: logins) { session in
                        try await build(images, session, host: host)
                        return try await push(session, host: host)
                    }
                })
        } catch {
            result = .failure(error)
        }
        // A cancelled build has the most to clean up.
        await withUncancelledTask { await storage.tidy(bases: Set(images.map(\.name))) }
        return try result.get()
    }

    /// The logins of this build: that of the configured registry, and those of the base images' registries.
    private func allLogins(
        for dockerfile: Dockerfile, host: String, login: RegistryCredentials?
    ) async throws(BackendError) -> [RegistryCredentials] {
        var found = [login].compactMap { $0 }
        var seen: Set<String> = login == nil ? [] : [host]
        for base in dockerfile.bases where seen.insert(base.reference.host ?? RegistryHost.dockerHub.name).inserted {
            if let login = try await logins.login(toPull: base.reference, registry: registry) { found.append(login) }
        }
        return found
    }

    // MARK: build

    private var image: String { "\(BuildahStorage.prefix)\(key.tag)" }

    private func build(_ bases: [BuildahBase], _ session: BuildahSession, host: String) async throws {
        let start = clock.elapsed()
        tell(BuildProgress(.build, "building \(destination) with \(session.setup)"))
        for base in bases { try await pull(base, session, host: host, start) }
        let output = BuildOutput(tell)
        let arguments = try buildArguments(session)
        do throws(BuildahSession.Failure) {
            try await session.run(arguments, timeout: remaining(since: start)) { output.take($0) }
        } catch {
            let step = output.failedStep.map { " at '\($0)'" } ?? ""
            switch error {
            case .timedOut: throw tooLong(step)
            case .other(let error): throw error
            case .failed:
                for base in bases { try await checkPlatform(of: base, session) }
                let words = output.lastLines
                throw BackendError(
                    .invalid, "The image cannot be built: it failed\(step).\(words.isEmpty ? "" : "\n\(words)")")
            }
        }
    }

    private func buildArguments(_ session: BuildahSession) throws(BackendError) -> [String] {
        var arguments = [
            "bud", "--isolation", session.setup.isolation, "--layers", "--format", "docker", "--pull=false",
            "--authfile", session.authFile, "--platform", settings.platform, "--http-proxy=false",
            "--identity-label=false", "--label", "\(ImageWork.label)=\(key.hex)", "--tag", image,
            "--file", "\(source.context)/\(source.dockerfile)",
        ]
        // Without this option, buildah prefers a file `.containerignore`, which docker and the content key ignore.
        let rules = "\(source.context)/.dockerignore"
        let none = "\(session.folder)/no-rules"
        if FileManager.default.fileExists(atPath: rules) {
            arguments += ["--ignorefile", rules]
        } else {
            guard FileManager.default.createFile(atPath: none, contents: Data()) else {
                throw BackendError(.transient, "Cannot write the file \(none).")
            }
            arguments += ["--ignorefile", none]
        }
        if settings.noCache { arguments.append("--no-cache") }
        if let target = settings.target { arguments += ["--target", target] }
        for (name, value) in settings.buildArguments.sorted(by: { $0.key < $1.key }) {
            arguments += ["--build-arg", "\(name)=\(value)"]
        }
        for (id, file) in settings.secretFiles(for: source).sorted(by: { $0.key < $1.key }) {
            arguments += ["--secret", "id=\(id),src=\(file)"]
        }
        return arguments + ["--", source.context]
    }

    /// Pulls a base image, so that a moved tag is noticed, as it is in the content key. Layers that are there are not
    /// transferred again.
    private func pull(_ base: BuildahBase, _ session: BuildahSession, host: String, _ start: Duration) async throws {
        let output = BuildOutput { [tell] progress in tell(BuildProgress(.pull, progress.line)) }
        let arguments =
            try ["pull", "--authfile", session.authFile, "--platform", settings.platform]
            + ["--policy", base.isPinned ? "missing" : "always"] + transport(to: base.host, configured: host, session)
            + ["docker://\(base.name)"]
        do throws(BuildahSession.Failure) {
            try await session.run(arguments, timeout: remaining(since: start)) { output.take($0) }
        } catch {
            switch error {
            case .timedOut: throw tooLong(" at the pull of \(base.name)")
            case .other(let error): throw error
            case .failed:
                throw BackendError(
                    .invalid, "The base image \(base.name) cannot be pulled.\n\(output.lastLines)",
                    hint: "Check its name and the login of its registry.")
            }
        }
    }

    /// buildah takes an image of another platform if the registry has no better one, and fails later with other words.
    private func checkPlatform(of base: BuildahBase, _ session: BuildahSession) async throws(BackendError) {
        let format = "{{.OCIv1.OS}}/{{.OCIv1.Architecture}}"
        let text = try? await session.text(of: ["inspect", "--type", "image", "--format", format, base.name])
        guard let found = text?.split(whereSeparator: \.isWhitespace).first, found != settings.platform else { return }
        throw BackendError(
            .invalid,
            "The base image \(base.name) is for \(found), but the builder's 'platform' is \(settings.platform).",
            hint: "Use base images that exist for \(settings.platform), or change 'platform'.")
    }

    // MARK: push

    private func push(_ session: BuildahSession, host: String) async throws -> PinnedImage {
        tell(BuildProgress(.push, "pushing \(destination)"))
        let output = BuildOutput { [tell] progress in tell(BuildProgress(.push, progress.line)) }
        let digestFile = "\(session.folder)/digest"
        let arguments =
            try ["push", "--authfile", session.authFile, "--digestfile", digestFile]
            + transport(to: host, configured: host, session) + [image, "docker://\(destination)"]
        do throws(BuildahSession.Failure) {
            try await session.run(arguments, timeout: settings.timeout) { output.take($0) }
        } catch {
            switch error {
            case .timedOut:
                throw BackendError(
                    .transient, "The push of \(destination) took longer than \(settings.timeout) and was stopped.")
            case .other(let error): throw error
            case .failed:
                // The tag may be immutable: another process has pushed the same key, and its image is equivalent. If the
                // registry cannot be reached, its own error says more.
                if let image = try await registry.resolve(destination) {
                    tell(BuildProgress(.push, "\(destination) exists already"))
                    return image
                }
                throw BackendError(
                    .transient, "The image was built, and \(destination) could not be pushed.\n\(output.lastLines)",
                    hint: "Check that the login of the registry may push there.")
            }
        }
        // By digest, the registry confirms the bytes that were pushed. By tag, it might return another push.
        var pushed = destination
        let digest = FileManager.default.contents(atPath: digestFile).map { String(decoding: $0, as: UTF8.self) }
        if let digest = digest.flatMap({ Digest(rawValue: $0.filter { !$0.isWhitespace }) }) {
            pushed = ImageReference(host: destination.host, repository: destination.repository, digest: digest)
        }
        guard var image = try await registry.resolve(pushed) else {
            throw BackendError(
                .transient, "\(destination) was pushed as \(digest ?? "its tag"), but the registry does not have it.")
        }
        image.name = destination.description
        return image
    }

    /// The options with which buildah reaches a registry. Certificates are verified, except with plain http.
    private func transport(to host: String, configured: String, _ session: BuildahSession) throws -> [String] {
        let parsed = try? RegistryHost(parsing: host)
        var transport = RegistryTransport(isPlain: parsed?.isLoopback ?? false)
        if host == configured, let known = (registry as? any TransportDescribing)?.transport {
            transport = known
        } else if let parsed, let reach = try bases.reach(parsed) {
            // Such as a base image in the ECR of another account.
            transport = RegistryTransport(caFile: reach.caFile, isPlain: reach.isPlain)
        }
        if transport.isPlain { return ["--tls-verify=false"] }
        guard let authority = transport.caFile else { return [] }
        let folder = "\(session.folder)/certificates-\(host.replacing(":", with: "_"))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: "\(folder)/registry.crt") {
            try FileManager.default.copyItem(atPath: authority, toPath: "\(folder)/registry.crt")
        }
        return ["--cert-dir", folder]
    }

    // MARK: time

    /// What remains of the builder's `timeout`.
    private func remaining(since start: Duration) -> Duration {
        max(.milliseconds(1), settings.timeout - (clock.elapsed() - start))
    }

    private func tooLong(_ step: String) -> BackendError {
        BackendError(
            .invalid, "The build took longer than \(settings.timeout) and was stopped\(step).",
            hint: "Raise the builder's 'timeout', or make the build shorter.")
    }
}

/// A base image as buildah names it: with its registry, and with a tag or a digest, not both.
struct BuildahBase: Sendable, Hashable {
    /// The registry's host and port.
    let host: String
    /// The whole name.
    let name: String
    /// Whether the name has a digest, so that the image never changes.
    let isPinned: Bool

    init(_ reference: ImageReference) {
        let hub = RegistryHost.dockerHub
        let isHub = reference.host == nil || (try? RegistryHost(parsing: reference.host ?? "")) == hub
        host = isHub ? hub.name : reference.host ?? hub.name
        let repository = isHub ? hub.apiRepository(reference.repository) : reference.repository
        isPinned = reference.digest != nil
        name = "\(host)/\(repository)" + (reference.digest.map { "@\($0)" } ?? ":\(reference.tag ?? "latest")")
    }
}
