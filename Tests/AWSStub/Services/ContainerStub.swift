import AWS
import Foundation
import LaunchHost
import Synchronization
public import TestSupport

/// The credentials endpoint of containers: ECS tasks and EKS Pod Identity. Its path is `/container/credentials`, or
/// any under `/v2/credentials/`.
public final class ContainerStub: StubService {
    private let keys: StubKeys
    private let token = Mutex<String?>(nil)

    init(_ keys: StubKeys) {
        self.keys = keys
    }

    /// What the `Authorization` header must say; nil is nothing.
    public func require(token wanted: String?) { token.withLock { $0 = wanted } }

    /// The name in scripts.
    public var name: String { "container" }
    /// Nothing is.
    public func isSigned(_ operation: String) -> Bool { false }
    /// `Credentials`.
    public func operation(of request: StubRequest) -> String? {
        request.path == "/container/credentials" || request.path.hasPrefix("/v2/credentials/") ? "Credentials" : nil
    }
    /// JSON.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        StubText.json(
            "{\"code\":\(StubText.quoted(error.code)),\"message\":\(StubText.quoted(error.message))}",
            status: error.status, headers: error.headers)
    }

    /// Carries it out.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        let wanted = token.withLock(\.self)
        guard wanted == nil || request.raw.header("Authorization") == wanted else {
            throw StubError("AccessDenied", "The authorization token is not the one expected.", status: 401)
        }
        return Self.document(keys.session(), extra: "\"RoleArn\":\"arn:aws:iam::\(keys.accountID):role/stub\",")
    }

    static func document(_ session: AWSCredentials, extra: String) -> TestAnswer {
        StubText.json(
            """
            {\(extra)"AccessKeyId":"\(session.accessKeyID)","SecretAccessKey":"\(session.secretAccessKey.reveal())",\
            "Token":"\(session.sessionToken?.reveal() ?? "")",\
            "Expiration":"\((session.expiration ?? Date()).ISO8601Format())"}
            """)
    }
}
