import LaunchCore
import LaunchCrypto
import Synchronization

/// A cache of derived signing keys. It saves four hashes per request with the same key, day, region and service.
final class SigningKeys: Sendable {
    private struct Entry: Hashable {
        let secret: Secret
        let day: String
        let region: String
        let service: String
    }

    /// The keys of this process.
    static let shared = SigningKeys(capacity: 128)

    private let capacity: Int
    private let keys = Mutex<[Entry: [UInt8]]>([:])

    /// - Parameter capacity: the number of kept keys, at least 1.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// The number of kept keys.
    var count: Int { keys.withLock { $0.count } }

    /// The key for a scope, from the cache or derived.
    func key(_ secret: Secret, _ scope: CredentialScope) -> [UInt8] {
        let entry = Entry(secret: secret, day: scope.day, region: scope.region, service: scope.service)
        if let known = keys.withLock({ $0[entry] }) { return known }
        // Derived outside the lock, so that it does not delay cache hits. Two tasks may derive the same key.
        let derived = Self.derive(secret, scope)
        keys.withLock { keys in
            if keys.count >= capacity { keys = keys.filter { $0.key.day == entry.day } }
            // Still full: the process assumes many roles per day. Clearing the cache costs four hashes per key.
            if keys.count >= capacity { keys.removeAll(keepingCapacity: true) }
            keys[entry] = derived
        }
        return derived
    }

    /// The key of a day, region and service, derived from the secret.
    static func derive(_ secret: Secret, _ scope: CredentialScope) -> [UInt8] {
        [scope.day, scope.region, scope.service, "aws4_request"]
            .reduce(Array("AWS4\(secret.reveal())".utf8)) { HMACSHA256.authenticate($1.utf8, key: $0) }
    }
}
