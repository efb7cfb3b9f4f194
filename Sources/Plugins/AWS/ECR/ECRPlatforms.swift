internal import LaunchConcurrency
internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import Synchronization

/// The platforms of single images, which only the registry's own API returns. A run must not wait for what an earlier
/// run has found out.
///
/// A digest determines the platform, so each image is asked for once. If the registry does not answer, runs continue
/// without the platform: one look-up in a while finds out whether it answers again, and meanwhile no other run waits for it.
final class ECRPlatforms: Sendable {
    /// Asks the registry for an image.
    typealias Look = @Sendable (ECRRepository, Digest) async throws(OCIError) -> RemoteImage?

    private struct Place {
        /// How many look-ups in a row had no answer.
        var failures = 0
        /// When the next look-up may be made, on the clock's `elapsed`.
        var rested = Duration.zero
    }

    private struct State {
        var known: [Digest: ImagePlatform?] = [:]
        /// The hosts that cannot be reached, and the repositories that may not be read.
        var silent: [String: Place] = [:]
    }

    private let look: Look
    private let clock: HostClock
    private let log: Logger
    private let state = Mutex(State())
    private let flights = SingleFlight<String, Never, ImagePlatform?, OCIError>()

    /// The number of images that are remembered. An agent's runs use far fewer; a forgotten one is asked for again.
    private static let mostKnown = 4096
    private static let rest = Backoff(first: .seconds(60), longest: .seconds(3600))

    init(clock: HostClock, log: Logger, look: @escaping Look) {
        (self.clock, self.log, self.look) = (clock, log, look)
    }

    /// The platform of an image that ECR's API has confirmed. Nil if it has none, and, with one warning for each host
    /// or repository, if the registry cannot be asked from here.
    func platform(of digest: Digest, in repository: ECRRepository) async throws(OCIError) -> ImagePlatform? {
        if let known = state.withLock({ $0.known[digest] }) { return known }
        guard mayAsk(repository) else { return nil }
        let key = "\(repository)@\(digest)"
        return try await flights.run(key, orThrow: OCIError(.cancelled, "The look-up of \(key) was cancelled.")) {
            _ throws(OCIError) in try await self.ask(digest, repository)
        }
    }

    private func ask(_ digest: Digest, _ repository: ECRRepository) async throws(OCIError) -> ImagePlatform? {
        do throws(OCIError) {
            let image = try await look(repository, digest)
            state.withLock { state in
                for place in Self.places(of: repository) { state.silent[place] = nil }
                guard let image else { return }
                if state.known.count >= Self.mostKnown { state.known.removeAll() }
                state.known[digest] = .some(image.platform)
            }
            return image?.platform
        } catch {
            let isHost = [.unreachable, .tls].contains(error.code)
            guard isHost || [.denied, .unauthorised].contains(error.code) else { throw error }
            let isFirst = failed(isHost ? repository.host.description : repository.description)
            if isFirst {
                log.warning(
                    "What \(repository)@\(digest) runs on cannot be checked, nor can other images there. "
                        + error.message)
            }
            return nil
        }
    }

    /// Whether the registry may be asked now. Of the callers that ask after a rest, the first one may.
    private func mayAsk(_ repository: ECRRepository) -> Bool {
        let now = clock.elapsed()
        return state.withLock { state in
            let silent = Self.places(of: repository).filter { state.silent[$0] != nil }
            guard silent.allSatisfy({ state.silent[$0]?.rested ?? .zero <= now }) else { return false }
            for place in silent { rest(&state, place, now) }
            return true
        }
    }

    /// Whether this is the first failure of the place.
    private func failed(_ place: String) -> Bool {
        let now = clock.elapsed()
        return state.withLock { state in
            let isFirst = state.silent[place] == nil
            // The look-ups that were under way together count once.
            if isFirst { rest(&state, place, now) }
            return isFirst
        }
    }

    private func rest(_ state: inout State, _ place: String, _ now: Duration) {
        var value = state.silent[place] ?? Place()
        value.failures += 1
        value.rested = now + Self.rest.delay(after: value.failures)
        state.silent[place] = value
    }

    private static func places(of repository: ECRRepository) -> [String] {
        [repository.host.description, repository.description]
    }
}
