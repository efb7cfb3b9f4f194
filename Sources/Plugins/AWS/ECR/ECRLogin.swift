internal import FoundationEssentials
internal import LaunchPluginKit
internal import Synchronization

/// The passwords for all regions. A token is valid for a region, not for a repository.
final class ECRLogins: Sendable {
    private let environment: AWSEnvironment
    private let logins = Mutex<[String: ECRLogin]>([:])

    init(environment: AWSEnvironment) {
        self.environment = environment
    }

    /// The password of the user `AWS` for the registries of a region.
    func password(_ region: String) async throws(AWSError) -> Secret {
        let login = logins.withLock { logins in
            if let login = logins[region] { return login }
            let environment = environment
            let made = ECRLogin(now: environment.runtime.clock.now) { () async throws(AWSError) in
                try await environment.client(.ecr, region: region)
            }
            logins[region] = made
            return made
        }
        return try await login.password()
    }
}

/// The password for the registries of a region. Concurrent callers share one fetch. It is kept until half an hour
/// before its end.
actor ECRLogin {
    private struct Token {
        var password: Secret
        /// When it was fetched. An earlier present time means that the clock was set back, and then the end is
        /// unknown.
        var fetchedAt: Date
        var goodUntil: Date
    }

    private let client: @Sendable () async throws(AWSError) -> AWSClient
    private let now: @Sendable () -> Date
    private var kept: Token?
    private var fetching: Task<Result<Token, AWSError>, Never>?

    /// The push of a large image may begin with a kept password and must end before it expires.
    private static let margin: TimeInterval = 30 * 60

    init(now: @escaping @Sendable () -> Date, client: @escaping @Sendable () async throws(AWSError) -> AWSClient) {
        self.now = now
        self.client = client
    }

    /// The password of the user `AWS`.
    func password() async throws(AWSError) -> Secret {
        let time = now()
        if let kept, kept.fetchedAt <= time, kept.goodUntil > time { return kept.password }
        let task =
            fetching
            ?? Task { [client, now] in
                do throws(AWSError) { return .success(try await Self.fetch(client, now())) } catch {
                    return .failure(error)
                }
            }
        fetching = task
        let outcome = await task.value
        // The first waiter to resume removes the task.
        if fetching == task { fetching = nil }
        let token = try outcome.get()
        kept = token
        return token.password
    }

    private static func fetch(
        _ client: () async throws(AWSError) -> AWSClient, _ now: Date
    ) async throws(AWSError) -> Token {
        let operation = AWSOperation.read("GetAuthorizationToken")
        let answer = try await client().json(operation)
        let data = answer["authorizationData"]?.arrayValue?.first
        guard let encoded = data?["authorizationToken"]?.stringValue, let bytes = Data(base64Encoded: encoded),
            let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("AWS:"), text != "AWS:"
        else {
            throw AWSError(
                .malformed, "The answer has no login of the user AWS.", service: "ECR", operation: operation.name)
        }
        let end = data?["expiresAt"]?.timeValue ?? now
        let life = max(0, end.timeIntervalSince(now))
        return Token(
            password: Secret(String(text.dropFirst("AWS:".count))), fetchedAt: now,
            goodUntil: end.addingTimeInterval(-min(margin, life / 2)))
    }
}
