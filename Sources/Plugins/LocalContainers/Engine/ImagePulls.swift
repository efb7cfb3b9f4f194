package import LaunchContainerEngine
package import LaunchPluginKit
package import LaunchRegistryLogins
internal import Synchronization

/// Pulls images that the engine does not have, with the login of the configuration or else the user's own.
package struct ImagePulls: Sendable {
    let registry: (any Registry)?
    let logins: PullLogins

    package init(registry: (any Registry)?, logins: PullLogins) {
        self.registry = registry
        self.logins = logins
    }

    /// Pulls the image with exactly this digest.
    /// - Throws: `notFound` if the reference has no digest or the registry does not have the image; `denied` if the
    ///   registry refuses the pull.
    package func pull(
        _ image: PinnedImage, onto engine: EngineClient,
        progress: @escaping @Sendable (BuildProgress) -> Void = { _ in }
    ) async throws(BackendError) {
        guard let reference = try? ImageReference(parsing: image.reference), reference.digest != nil else {
            throw BackendError(
                .notFound, "The engine's store does not contain the image \(image.name) (\(image.reference)).",
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

/// Sums the progress of a pull's layers, and reports it after every further twentieth.
private final class PullMeter: Sendable {
    private struct Layers {
        var done: [String: Int64] = [:]
        var total: [String: Int64] = [:]
        var said: Int64 = 0
    }

    private let layers = Mutex(Layers())

    /// The progress line to print after a step, or nil, which is usual.
    func line(after step: PullProgress) -> String? {
        guard let layer = step.layer else { return nil }
        return layers.withLock { layers in
            // After its download a layer is unpacked, and the engine counts those bytes from zero.
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
