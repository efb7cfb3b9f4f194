internal import LaunchConcurrency
internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import Synchronization

/// One build, from the context folder to the pinned image. The tag is written last, so it never names an image without
/// its blobs.
struct AppendWork: Sendable {
    let source: BuildSource
    let key: ContentKey
    let destination: ImageReference
    let registry: any Registry
    let builder: AppendBuilder
    let tell: @Sendable (BuildProgress) -> Void

    func run() async throws(BackendError) -> PinnedImage {
        let recipe = try builder.recipe(of: source)
        guard case .remote = try await registry.access() else {
            throw BackendError(
                .configuration,
                "The builder 'append' makes images in a registry, and this one is the engine's own store.",
                hint: "Add 'registry: {type: local, uri: localhost:5000}', or an ECR registry.")
        }
        try await registry.prepare(for: destination)
        let base = try await builder.base(of: recipe, registry: registry)
        let documents = try await builder.documents(of: base, recipe)
        guard let config = try? JSONValue(parsing: String(decoding: documents.config, as: UTF8.self)) else {
            throw BackendError(.malformed, "The configuration of the base image \(recipe.base) is not JSON.")
        }
        let settings = ImageSettings(config["config"])
        guard settings.triggers.isEmpty else {
            throw BackendError(
                .invalid,
                "\(recipe.place): the base image \(recipe.base) has ONBUILD instructions, and the builder 'append' runs nothing.",
                hint: "Set builder: {type: docker} for this source, or use a base image without them.")
        }
        var plan = try AppendPlan(recipe, on: settings, buildArguments: builder.settings.buildArguments)
        plan.label(ImageWork.label, key.hex)
        let target = BlobTarget(
            client: try await builder.connections.client(for: destination, registry: registry),
            host: try RegistryConnections.host(of: destination), repository: destination.repository, tell: tell)
        var layers: [AppendedImage.Layer] = []
        if let packages = try await packages(recipe, settings, documents, target) {
            plan.addPackages()
            layers.append(packages)
        }
        let layer = try await layer(plan, recipe)
        if let layer { layers.append(layer.facts) }
        let image = try AppendedImage(
            base: documents, configOfBase: config, settings: plan.settings, layers: layers,
            name: recipe.base.description)
        return try await push(image, layer, documents, base, to: target)
    }

    /// The layer of the source's packages; nil without packages. Concurrent builds share one installation.
    private func packages(
        _ recipe: AppendRecipe, _ settings: ImageSettings, _ documents: ImageDocuments, _ target: BlobTarget
    ) async throws(BackendError) -> AppendedImage.Layer? {
        guard let packages = try builder.packages(of: recipe, on: settings, in: source.context) else { return nil }
        let layer = RequirementsLayer(
            key: packages.key, client: target.client, repository: target.repository)
        return try await builder.layerFlights.run(
            "\(layer.tag) \(destination.name)", orThrow: BackendError(.cancelled, "The build was cancelled."),
            report: tell
        ) { [builder, target] tell throws(BackendError) in
            try await RequirementsWork(
                requirements: packages.requirements, platform: packages.platform, layer: layer, target: target,
                format: ImageFormat.of(documents.mediaType) ?? .docker, builder: builder, tell: tell
            ).run()
        }
    }

    private func layer(_ plan: AppendPlan, _ recipe: AppendRecipe) async throws(BackendError) -> LayerFile? {
        let listing = try SourceListing(of: source.context)
        let tree = try LayerTree(plan, recipe, listing)
        let nodes = tree.sorted
        guard !nodes.isEmpty else { return nil }
        try DiskReserve.standard.check(writing: tree.bytes, to: builder.spoolFolder)
        tell(BuildProgress(.build, "packing \(nodes.count) files and folders, \(Self.size(tree.bytes))"))
        return try await LayerFile.make(of: nodes, in: listing.root, spool: builder.spoolFolder)
    }

    static func size(_ bytes: Int64) -> String {
        if bytes < 100_000 { return "\((bytes + 999) / 1000) kB" }
        let tenths = (bytes + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10) MB"
    }

    // MARK: pushing

    private func push(
        _ image: AppendedImage, _ layer: LayerFile?, _ documents: ImageDocuments, _ base: BaseImage,
        to target: BlobTarget
    ) async throws(BackendError) -> PinnedImage {
        tell(BuildProgress(.push, "pushing \(destination)"))
        var blobs: [BlobTarget.Work] = documents.layers.filter { !$0.isForeign }.map { .base($0, base) }
        if let layer { blobs.append(.own(layer, "the layer of the source")) }
        blobs.append(.own(BlobBytes(image.config), "the configuration"))
        try await target.push(blobs)
        let digest = BlobBytes(image.manifest).digest
        do throws(OCIError) {
            try await target.client.putManifest(
                image.manifest, mediaType: image.format.manifest, to: destination.repository,
                destination.tag ?? key.tag)
        } catch {
            // The tag is immutable: another process has pushed the same key, and its image is the same.
            guard error.code == .refused, let there = try await registry.resolve(destination) else {
                throw BackendError(append: error)
            }
            tell(BuildProgress(.push, "\(destination) exists already, and its tag is immutable"))
            return there
        }
        let pushed = ImageReference(
            host: destination.host, repository: destination.repository, digest: Digest(rawValue: digest))
        guard var pinned = try await registry.resolve(pushed) else {
            throw BackendError(
                .transient, "\(destination) was pushed as \(digest), but the registry does not have it.")
        }
        pinned.name = destination.description
        return pinned
    }
}
