import Foundation
import LaunchHost
import LaunchOCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import LaunchAWS

/// The look-up of platforms over a registry and a clock of the test.
@Suite struct ECRPlatformsTests {
    private final class Bench: Sendable {
        private struct State {
            var looks: [String] = []
            var elapsed = Duration.zero
            var error: OCIError?
            var warnings = 0
        }

        private let state = Mutex(State())

        var looks: [String] { state.withLock(\.looks) }
        var warnings: Int { state.withLock(\.warnings) }
        func fail(_ code: OCIError.Code?) { state.withLock { $0.error = code.map { OCIError($0, "\($0).") } } }
        func pass(_ duration: Duration) { state.withLock { $0.elapsed += duration } }

        /// The look-ups of one agent. Each waits for `gate`, if there is one, and takes `duration` on the clock.
        func platforms(taking duration: Duration = .zero, gate: AsyncStream<Void>? = nil) -> ECRPlatforms {
            let clock = HostClock(
                now: { Date() }, elapsed: { self.state.withLock(\.elapsed) }, sleep: HostClock.system.sleep)
            let log = Logger(level: .warning) { _ in self.state.withLock { $0.warnings += 1 } }
            return ECRPlatforms(clock: clock, log: log) { repository, digest throws(OCIError) in
                self.state.withLock { $0.looks.append("\(repository.name) \(digest.hex.prefix(1))") }
                if let gate { for await _ in gate { break } }
                let error = self.state.withLock { state in
                    state.elapsed += duration
                    return state.error
                }
                if let error { throw error }
                return RemoteImage(
                    digest: digest.rawValue, mediaType: "m",
                    images: [
                        .init(digest: digest.rawValue, platform: ImagePlatform(os: "linux", architecture: "arm64"))
                    ])
            }
        }
    }

    private func repository(_ name: String = "train", account: String = "123456789012") throws -> ECRRepository {
        ECRRepository(host: try #require(ECRHost(account: account, region: "us-east-1")), name: name)
    }

    private func digest(_ letter: Character) throws -> Digest {
        try #require(Digest(rawValue: "sha256:" + String(repeating: letter, count: 64)))
    }

    @Test func `an image is looked up once, for all runs and for ever`() async throws {
        let bench = Bench()
        let platforms = bench.platforms()
        for _ in 0..<3 {
            let found = try await platforms.platform(of: digest("a"), in: repository())
            #expect(found?.architecture == "arm64")
            bench.pass(.seconds(86_400))
        }
        // The content is the same in every repository.
        _ = try await platforms.platform(of: digest("a"), in: repository("copy"))
        _ = try await platforms.platform(of: digest("b"), in: repository())
        #expect(bench.looks == ["train a", "train b"])
    }

    @Test(.timeLimit(.minutes(30))) func `runs that need the same image at the same time share one look-up`()
        async throws
    {
        let bench = Bench()
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let platforms = bench.platforms(gate: gate)
        let (repository, digest) = (try repository(), try digest("a"))
        try await withThrowingTaskGroup(of: ImagePlatform?.self) { group in
            for _ in 0..<32 { group.addTask { try await platforms.platform(of: digest, in: repository) } }
            #expect(await eventually { bench.looks.count == 1 })
            opening.yield()
            for try await found in group { #expect(found?.architecture == "arm64") }
        }
        #expect(bench.looks.count == 1)
    }

    @Test func `runs do not wait for a registry that does not answer, and one look-up in a while asks it again`()
        async throws
    {
        let bench = Bench()
        bench.fail(.unreachable)
        // A connection that times out takes 30 s with its repetitions.
        let platforms = bench.platforms(taking: .seconds(30))
        for name in ["train", "other", "train"] {
            #expect(try await platforms.platform(of: digest("a"), in: repository(name)) == nil)
        }
        #expect(bench.looks.count == 1)
        bench.pass(.seconds(61))
        for _ in 0..<3 { #expect(try await platforms.platform(of: digest("b"), in: repository()) == nil) }
        #expect(bench.looks.count == 2)
        // The second rest is longer, and is counted from the beginning of the look-up.
        bench.pass(.seconds(61))
        #expect(try await platforms.platform(of: digest("b"), in: repository()) == nil)
        #expect(bench.looks.count == 2)
        // Another registry is not affected.
        #expect(try await platforms.platform(of: digest("a"), in: repository(account: "210987654321")) == nil)
        #expect(bench.looks.count == 3)
        // The registry is back: every image is checked.
        bench.fail(nil)
        bench.pass(.seconds(61))
        for letter: Character in ["c", "d"] {
            #expect(try await platforms.platform(of: digest(letter), in: repository())?.architecture == "arm64")
        }
        #expect(bench.looks.suffix(2) == ["train c", "train d"])
        #expect(bench.warnings == 2)
    }

    @Test(.timeLimit(.minutes(30))) func `while a registry is asked whether it answers again, other runs go on`()
        async throws
    {
        let bench = Bench()
        bench.fail(.unreachable)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let platforms = bench.platforms(gate: gate)
        let (repository, digest) = (try repository(), try digest("a"))
        opening.yield()
        #expect(try await platforms.platform(of: digest, in: repository) == nil)
        bench.pass(.seconds(61))
        async let asking = platforms.platform(of: digest, in: repository)
        #expect(await eventually { bench.looks.count == 2 })
        // These return although the look-up is under way.
        for _ in 0..<8 { #expect(try await platforms.platform(of: digest, in: repository) == nil) }
        #expect(bench.looks.count == 2)
        opening.yield()
        #expect(try await asking == nil)
    }

    @Test func `a repository that may not be read does not keep others from being asked`() async throws {
        let bench = Bench()
        let platforms = bench.platforms()
        bench.fail(.denied)
        for _ in 0..<2 { #expect(try await platforms.platform(of: digest("a"), in: repository("closed")) == nil) }
        bench.fail(nil)
        #expect(try await platforms.platform(of: digest("b"), in: repository())?.architecture == "arm64")
        #expect(try await platforms.platform(of: digest("a"), in: repository("closed")) == nil)
        #expect(bench.looks == ["closed a", "train b"])
    }

    @Test func `an error that says nothing about the registry is thrown, and the image is asked for again`()
        async throws
    {
        let bench = Bench()
        let platforms = bench.platforms()
        bench.fail(.failing)
        await #expect(throws: OCIError.self) { try await platforms.platform(of: digest("a"), in: repository()) }
        bench.fail(nil)
        #expect(try await platforms.platform(of: digest("a"), in: repository())?.architecture == "arm64")
    }
}
