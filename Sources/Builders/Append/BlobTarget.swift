internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import Synchronization

/// The repository that gets the blobs of an image.
struct BlobTarget: Sendable {
    let client: RegistryClient
    let host: RegistryHost
    let repository: String
    let tell: @Sendable (BuildProgress) -> Void

    /// One blob.
    enum Work: Sendable {
        /// A layer of the base image.
        case base(ImageDocuments.Layer, BaseImage)
        /// A blob of the new image, and its name for people.
        case own(any BlobSource, String)
    }

    /// How a layer of the base image came to the repository.
    enum Way: Sendable {
        case present, mounted, copied
        case own
    }

    /// The number of blobs that are sent at once.
    private static let width = 3

    /// Sends all blobs of an image, and says how the layers of its base image came.
    func push(_ blobs: [Work]) async throws(BackendError) {
        let ways = try await send(blobs)
        tell(
            BuildProgress(
                .push,
                "layers of the base image: \(ways[.present] ?? 0) present, \(ways[.mounted] ?? 0) mounted, "
                    + "\(ways[.copied] ?? 0) copied"))
    }

    /// Sends all blobs, several at once. The first failure ends the others.
    @discardableResult
    func send(_ blobs: [Work]) async throws(BackendError) -> [Way: Int] {
        do {
            return try await withThrowingTaskGroup(of: Way.self) { group in
                var ways: [Way: Int] = [:]
                for (index, blob) in blobs.enumerated() {
                    if index >= Self.width, let way = try await group.next() { ways[way, default: 0] += 1 }
                    group.addTask { try await push(blob) }
                }
                for try await way in group { ways[way, default: 0] += 1 }
                return ways
            }
        } catch let error as OCIError {
            throw BackendError(append: error)
        } catch {
            throw BackendError(.cancelled, "The build was cancelled.")
        }
    }

    private func push(_ work: Work) async throws(OCIError) -> Way {
        switch work {
        case .own(let blob, let name):
            if try await client.hasBlob(repository, blob.digest) {
                tell(BuildProgress(.push, "\(name) is in the registry already"))
            } else {
                tell(BuildProgress(.push, "\(name): sending \(AppendWork.size(blob.size))"))
                try await client.push(blob, to: repository, progress: meter(name, blob.size))
            }
            return .own
        case .base(let layer, let base):
            if try await client.hasBlob(repository, layer.digest) { return .present }
            if base.host == host, base.repository != repository,
                case .mounted = try await client.mount(layer.digest, from: base.repository, to: repository)
            {
                return .mounted
            }
            let name = "layer \(layer.digest.dropFirst(7).prefix(12)) of \(base.repository)"
            tell(BuildProgress(.push, "\(name): copying \(AppendWork.size(layer.size)), once"))
            let blob = base.client.remoteBlob(base.repository, layer.digest, size: layer.size)
            try await client.push(blob, to: repository, progress: meter(name, layer.size))
            return .copied
        }
    }

    /// Tells each tenth of a large blob.
    private func meter(_ name: String, _ size: Int64) -> @Sendable (Int) -> Void {
        let done = Tally()
        return { [tell] count in
            guard size >= 32 << 20 else { return }
            let (before, after) = done.add(Int64(count))
            guard before * 10 / size != after * 10 / size else { return }
            tell(
                BuildProgress(
                    .push, "\(name): \(AppendWork.size(min(after, size))) of \(AppendWork.size(size))"))
        }
    }

    private final class Tally: Sendable {
        private let sum = Atomic<Int64>(0)
        func add(_ count: Int64) -> (before: Int64, after: Int64) {
            let after = sum.add(count, ordering: .relaxed).newValue
            return (after - count, after)
        }
    }
}
