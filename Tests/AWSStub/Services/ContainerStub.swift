import Foundation
import LaunchAWS
import LaunchHost
import Synchronization
public import TestSupport

/// The credentials endpoint of containers, as for ECS tasks and EKS Pod Identity. Its path is
/// `/container/credentials`, or any path under `/v2/credentials/`.
public final class ContainerStub: StubService {
    private let keys: StubKeys
    private let token = Mutex<String?>(nil)

    init(_ keys: StubKeys) {
        self.keys = keys
    }

    /// The required `Authorization` header; nil requires none.
    public func require(token wanted: String?) { token.withLock { $0 = wanted } }

    /// The name in scripts.
    public var name: String { "container" }
    /// No request is signed.
    public func isSigned(_ operation: String) -> Bool { false }
    /// `Credentials`.
    public func operation(of request: StubRequest) -> String? {
        request.path == "/container/credentials" || request.path.hasPrefix("/v2/credentials/") ? "Credentials" : nil
    }
    /// Replies in JSON.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        StubText.json(
            "{\"code\":\(StubText.quoted(error.code)),\"message\":\(StubText.quoted(error.message))}",
            status: error.status, headers: error.headers)
    }

    /// Executes the call.
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
