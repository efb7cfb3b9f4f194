internal import LaunchCrypto
internal import LaunchOCIRegistry
public import LaunchPluginKit

extension AppendBuilder {
    /// The key of the context, the instructions and the digest of the base image. Checks that the source needs no other
    /// builder, and that the base image exists for the platform.
    public func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        let recipe = try recipe(of: source)
        let digest = offline ? recipe.base.digest : try await base(of: recipe, registry: nil).digest
        var hash = SHA256()
        // Increase this number if the same inputs produce another image.
        ImageKey.add("launch appended image", "1".utf8, to: &hash)
        ImageKey.add("platform", settings.platform.description.utf8, to: &hash)
        ImageKey.add("base", recipe.base.description.utf8, to: &hash)
        ImageKey.add("digest", (digest?.rawValue ?? "absent").utf8, to: &hash)
        ImageKey.add("context", source.digest.utf8, to: &hash)
        ImageKey.add(recipe.escape == nil ? "options" : "dockerfile", recipe.text.utf8, to: &hash)
        if let requirements = try recipe.requirements?.requirements(in: source.context), !requirements.isEmpty {
            // Increase this number if the way of making the layer changes.
            ImageKey.add("requirements", "1 \(requirements.path)".utf8, to: &hash)
        }
        for (name, value) in settings.buildArguments.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
        {
            ImageKey.add("argument", name.utf8, to: &hash)
            ImageKey.add("value", value.utf8, to: &hash)
        }
        return ContentKey(hex: Hex.encode(hash.finalize()))
    }

    /// Whether the source has no Dockerfile, and the configuration says how its image is made.
    func isPlain(_ source: BuildSource) throws(BackendError) -> Bool {
        guard settings.plain != nil, PlainImage.dockerfileNames.contains(source.dockerfile) else { return false }
        return try !SourceListing.has(source.dockerfile, in: source.context)
    }

    /// The recipe of the Dockerfile; of the configuration, for a source without one.
    func recipe(of source: BuildSource) throws(BackendError) -> AppendRecipe {
        if let plain = settings.plain, try isPlain(source) { return plain.recipe }
        let bytes = try DockerBuilder.dockerfile(of: source)
        do throws(LaunchError) {
            return try AppendDockerfile.recipe(
                parsing: String(decoding: bytes, as: UTF8.self), file: source.dockerfile,
                buildArguments: settings.buildArguments, platform: settings.platform.description)
        } catch {
            throw BackendError(source: error)
        }
    }
}
