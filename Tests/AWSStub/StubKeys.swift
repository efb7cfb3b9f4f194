public import Foundation
public import LaunchAWS
import LaunchCrypto
import LaunchHost
import Synchronization

/// The key pairs of the stub, each with its expiration.
public final class StubKeys: Sendable {
    private struct State {
        var known: [String: AWSCredentials] = [:]
        var ended: Set<String> = []
        var count = 0
        var life: TimeInterval = 3600
    }
    private let state = Mutex(State())
    /// The account of all key pairs.
    public let accountID = "123456789012"
    private let now: @Sendable () -> Date

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    /// The lifetime of later sessions, in seconds.
    public var life: TimeInterval {
        get { state.withLock(\.life) }
        set { state.withLock { $0.life = newValue } }
    }

    /// A permanent key pair.
    public func permanent() -> AWSCredentials { make(prefix: "AKIA", session: false) }

    /// A key pair with a session, which expires after `life`.
    public func session() -> AWSCredentials { make(prefix: "ASIA", session: true) }

    /// Ends a session now.
    public func end(_ credentials: AWSCredentials) {
        state.withLock { _ = $0.ended.insert(credentials.accessKeyID) }
    }

    /// All secrets so far: no log may contain them.
    public var secrets: [String] {
        state.withLock { state in
            state.known.values.flatMap { [$0.secretAccessKey.reveal(), $0.sessionToken?.reveal()].compactMap(\.self) }
        }
    }

    func credentials(_ accessKeyID: String) -> AWSCredentials? {
        state.withLock { $0.known[accessKeyID] }
    }

    func hasEnded(_ credentials: AWSCredentials) -> Bool {
        let ended = state.withLock { $0.ended.contains(credentials.accessKeyID) }
        return ended || credentials.expiration.map { $0 <= now() } ?? false
    }

    private func make(prefix: String, session: Bool) -> AWSCredentials {
        let random = (try? SecureRandom.bytes(24)).map(Hex.encode) ?? UUID().uuidString
        return state.withLock { state in
            state.count += 1
            let id =
                "\(prefix)STUB" + String(repeating: "0", count: 12 - String(state.count).count) + String(state.count)
            let made = AWSCredentials(
                accessKeyID: id, secretAccessKey: Secret("secret/\(random)"),
                sessionToken: session ? Secret("token/\(random)==") : nil,
                expiration: session ? now().addingTimeInterval(state.life) : nil, accountID: accountID)
            state.known[id] = made
            return made
        }
    }
}
