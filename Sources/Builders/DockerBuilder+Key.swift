internal import LaunchFiles
public import LaunchPluginKit

extension DockerBuilder {
    /// The key of the context, the Dockerfile, the base images and the builder's options.
    public func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        try await settings.key(for: source, bases: offline ? nil : bases)
    }

    /// The option `no_cache`, or a file from the network without a checksum. The content of such a file is not part of
    /// the key.
    public func rebuildReason(for source: BuildSource) throws(BackendError) -> String? {
        try settings.rebuildReason(for: source)
    }
}

extension DockerBuilder.Settings {
    /// The key of the context, the Dockerfile, the base images and the builder's options.
    /// - Parameter bases: looks up the digests of base images; nil if no service may be called.
    func key(for source: BuildSource, bases: BaseImages?) async throws(BackendError) -> ContentKey {
        let bytes = try DockerBuilder.dockerfile(of: source)
        do {
            let dockerfile = try Dockerfile(
                parsing: String(decoding: bytes, as: UTF8.self), file: source.dockerfile,
                buildArguments: buildArguments, platform: platform)
            try checkSecrets(of: dockerfile, source)
            var found: [ImageKey.Base] = []
            for base in dockerfile.bases {
                let digest = try await bases?.digest(of: base.reference) ?? base.reference.digest
                found.append(ImageKey.Base(reference: base.reference.description, digest: digest))
            }
            return ImageKey(
                platform: platform, buildArguments: buildArguments, dockerfile: bytes,
                target: target, context: source.digest, bases: found,
                secrets: usedSecrets(of: dockerfile, source)
            ).contentKey
        } catch let error as LaunchError {
            throw BackendError(source: error)
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.internalFault, "\(error)")
        }
    }

    /// The option `no_cache`, or a file from the network without a checksum. The content of such a file is not part of
    /// the key.
    func rebuildReason(for source: BuildSource) throws(BackendError) -> String? {
        if noCache { return "the builder has 'no_cache'" }
        let bytes = try DockerBuilder.dockerfile(of: source)
        do throws(LaunchError) {
            let dockerfile = try Dockerfile(
                parsing: String(decoding: bytes, as: UTF8.self), file: source.dockerfile,
                buildArguments: buildArguments, platform: platform)
            return dockerfile.remoteFiles.first.map {
                "\(source.dockerfile):\($0.line) adds \($0.address), which may change (--checksum pins a file)"
            }
        } catch {
            throw BackendError(source: error)
        }
    }
}

extension DockerBuilder {
    /// The bytes of the Dockerfile, which must be a regular file of the context. A link could make this program read
    /// another file of this machine.
    static func dockerfile(of source: BuildSource) throws(BackendError) -> [UInt8] {
        guard !source.dockerfile.isEmpty else {
            throw BackendError(
                .invalid, "The source has no Dockerfile.",
                hint: "Write one, or set builder: {type: append, base_image: IMAGE} on the agent's machine.")
        }
        let parts = source.dockerfile.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, !parts.contains(".."), parts.first?.isEmpty == false else {
            throw BackendError(
                .invalid, "The Dockerfile '\(source.dockerfile)' must be inside the source folder.",
                hint: "Give its path from there, for example docker/Dockerfile.")
        }
        do throws(LaunchError) {
            let root = try SourceRoot(source.context)
            if let bytes = try root.content(
                of: source.dockerfile, limit: SourceLimits.dockerfileBytes, links: .refused)
            {
                return bytes
            }
        } catch {
            throw BackendError(source: error)
        }
        throw BackendError(
            .invalid, "The Dockerfile '\(source.dockerfile)' does not exist in the source.",
            hint: "Name it with --dockerfile, or remove the pattern that excludes it from .dockerignore.")
    }
}
