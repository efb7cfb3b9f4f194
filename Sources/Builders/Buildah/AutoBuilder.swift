internal import LaunchContainerEngine
public import LaunchPluginKit

/// Builder `auto`: the builder `docker` where a container engine answers, otherwise `buildah`. A source without a
/// Dockerfile, or with one that asks for it in a comment, is for `append`, which needs neither.
///
/// The choice for a build is recorded until its image is in the registry. A retry uses the same builder; if
/// that builder does not work then, its log says so.
public struct AutoBuilder: Builder {
    let docker: DockerBuilder
    let buildah: BuildahBuilder
    let append: AppendBuilder
    let choices: RecordedChoices
    let log: Logger

    /// The builders that it chooses from.
    enum Choice: String, Sendable {
        case docker, buildah, append
    }

    /// The option `destination`.
    public var repository: String? { docker.repository }

    /// The key of the chosen builder. The keys of both are equal, unless the engine's store has another image under the
    /// name of a base image than the registry.
    public func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        if try appends(source) != nil { return try await append.key(for: source, offline: offline) }
        if offline { return try await buildah.key(for: source, offline: true) }
        return try await chosen(choose().0).key(for: source, offline: false)
    }

    /// As of both builders.
    public func rebuildReason(for source: BuildSource) throws(BackendError) -> String? {
        try appends(source) == nil ? docker.rebuildReason(for: source) : append.rebuildReason(for: source)
    }

    /// Builds with the recorded builder of the key, or with one that works now.
    public func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        if let reason = try appends(source) {
            progress(BuildProgress(.build, "building with append, because \(reason)"))
            return try await append.build(
                source, key: key, to: destination, registry: registry, progress: progress)
        }
        let (choice, reason) = try await choose()
        let before = choices.choice(for: key)
        var used = choice
        if let before, before != choice {
            // The image of a key comes from one builder, as far as that works.
            if await works(before) {
                used = before
                progress(BuildProgress(.build, "building with \(used.rawValue), as in the attempt before"))
            } else {
                let words = "the attempt before was built with \(before.rawValue), which does not work now"
                progress(BuildProgress(.build, "building with \(used.rawValue), because \(reason); \(words)"))
            }
        } else {
            progress(BuildProgress(.build, "building with \(used.rawValue), because \(reason)"))
        }
        choices.record(used, for: key, log)
        let image = try await chosen(used).build(
            source, key: key, to: destination, registry: registry, progress: progress)
        choices.forget(key)
        return image
    }

    private func chosen(_ choice: Choice) -> any Builder {
        switch choice {
        case .docker: docker
        case .buildah: buildah
        case .append: append
        }
    }

    /// Why the source is for `append`; nil if it is not. It does not depend on the machine.
    private func appends(_ source: BuildSource) throws(BackendError) -> String? {
        if try append.isPlain(source) { return "the source has no Dockerfile" }
        let text = String(decoding: try DockerBuilder.dockerfile(of: source), as: UTF8.self)
        return Self.asksForAppend(text) ? "its Dockerfile begins with '# launch: append'" : nil
    }

    /// Whether a comment above the first instruction is `# launch: append`.
    static func asksForAppend(_ dockerfile: String) -> Bool {
        for line in dockerfile.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            guard line.drop(while: \.isWhitespace).hasPrefix("#") else { return false }
            if line.wholeMatch(of: /\s*#\s*launch:\s*append\s*/) != nil { return true }
        }
        return false
    }

    /// The builder that works now, and why it is chosen.
    private func choose() async throws(BackendError) -> (Choice, String) {
        let refusal: EngineError
        do throws(EngineError) {
            let version = try await docker.engine.client().version()
            return (.docker, "\(version.isPodman ? "podman" : "docker") answers")
        } catch {
            if error.code == .cancelled { throw BackendError(.cancelled, error.message) }
            refusal = error
        }
        do throws(BackendError) {
            _ = try await buildah.machine.setup()
            return (.buildah, "no container engine answers")
        } catch {
            if error.category == .cancelled { throw error }
            throw BackendError(
                .unavailable,
                "Nothing on this machine builds images. No container engine: \(refusal.message) No buildah: "
                    + error.message,
                hint: error.hint)
        }
    }

    private func works(_ choice: Choice) async -> Bool {
        switch choice {
        case .docker: return (try? await docker.engine.client().version()) != nil
        case .buildah: return (try? await buildah.machine.setup()) != nil
        case .append: return true
        }
    }
}

extension AutoBuilder: BuilderChecking, BuilderChoosing {
    /// The choice and its reason.
    package func check() async throws(BackendError) -> String {
        let (choice, reason) = try await choose()
        let words = choice == .buildah ? try await buildah.check() : "docker"
        return "builds with \(words), because \(reason)"
    }

    package func choice(for source: BuildSource) async throws(BackendError) -> String {
        if let reason = try appends(source) {
            let packages = try await append.packagesPlan(for: source).map { "; \($0)" } ?? ""
            return "with append, because \(reason)\(packages)"
        }
        let (choice, reason) = try await choose()
        return "with \(choice.rawValue), because \(reason)"
    }
}
