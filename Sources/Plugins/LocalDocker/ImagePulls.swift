internal import ContainerEngine
internal import LaunchHost
internal import RegistryLogins
internal import Synchronization

/// Gets images that an engine does not have, with the login of the configuration, else the user's own.
struct ImagePulls: Sendable {
    let registry: (any Registry)?
    let logins: PullLogins

    /// Pulls exactly these bytes.
    /// - Throws: `notFound` where nothing names them to a registry, or the registry does not have them; `denied` where it
    ///   does not let the engine have them.
    func pull(
        _ image: PinnedImage, onto engine: EngineClient,
        progress: @escaping @Sendable (BuildProgress) -> Void = { _ in }
    ) async throws(BackendError) {
        guard let reference = try? ImageReference(parsing: image.reference), reference.digest != nil else {
            throw BackendError(
                .notFound, "The image \(image.name) (\(image.reference)) is not in the engine's store any more.",
                hint: "Build or pull it again.")
        }
        let credentials = try await logins.login(toPull: reference, registry: registry)
        progress(BuildProgress(.pull, "pulling \(reference)"))
        let meter = PullMeter()
        try await engineCall { () async throws(EngineError) in
            try await engine.pullImage(image.reference, platform: image.platform, credentials: credentials) { step in
                if let line = meter.line(after: step) { progress(BuildProgress(.pull, line)) }
            }
        }
    }
}

/// Adds up the layers of a pull, and says how far it is at each further twentieth.
private final class PullMeter: Sendable {
    private struct Layers {
        var done: [String: Int64] = [:]
        var total: [String: Int64] = [:]
        var said: Int64 = 0
    }

    private let layers = Mutex(Layers())

    /// The line that a step is worth; most are worth none.
    func line(after step: PullProgress) -> String? {
        guard let layer = step.layer else { return nil }
        return layers.withLock { layers in
            // Layers are unpacked after they are downloaded, and those bytes are counted anew.
            if step.status == "Downloading", let current = step.current, let total = step.total, total > 0 {
                layers.done[layer] = current
                layers.total[layer] = total
            } else if step.status == "Download complete" {
                layers.done[layer] = layers.total[layer]
            }
            let done = layers.done.values.reduce(0, +)
            let all = layers.total.values.reduce(0, +)
            guard done - layers.said >= max(all / 20, 10_000_000) else { return nil }
            layers.said = done
            return "\(Megabytes.text(done)) of at least \(Megabytes.text(all)) MB"
        }
    }
}
