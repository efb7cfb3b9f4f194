import Foundation
import LaunchAWS
import Synchronization
public import TestSupport

/// The instance metadata service, version 2. Each request needs a token.
public final class MetadataStub: StubService {
    private let keys: StubKeys
    private let tokens = Mutex<Set<String>>([])
    /// The role of the instance.
    public let role = "stub-instance-role"
    /// The region of the instance.
    public let region = "eu-west-1"

    init(_ keys: StubKeys) {
        self.keys = keys
    }

    /// Invalidates all tokens.
    public func forgetTokens() { tokens.withLock { $0 = [] } }

    /// The name in scripts.
    public var name: String { "imds" }
    /// No request is signed.
    public func isSigned(_ operation: String) -> Bool { false }
    /// `Token`, `Role`, `Credentials` or `Region`.
    public func operation(of request: StubRequest) -> String? {
        switch request.path {
        case "/latest/api/token": "Token"
        case "/latest/meta-data/iam/security-credentials/", "/latest/meta-data/iam/security-credentials": "Role"
        case "/latest/meta-data/iam/security-credentials/\(role)": "Credentials"
        case "/latest/meta-data/placement/region": "Region"
        default: request.path.hasPrefix("/latest/") ? "Unknown" : nil
        }
    }
    /// Replies in plain text.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        .text(error.message, status: error.status)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        if operation == "Token" {
            let life = request.raw.header("X-aws-ec2-metadata-token-ttl-seconds").flatMap(Int.init) ?? 0
            guard request.raw.method == "PUT", (1...21600).contains(life) else {
                throw StubError("BadRequest", "Bad Request")
            }
            let token = UUID().uuidString
            tokens.withLock { _ = $0.insert(token) }
            return .text(token, headers: [("X-aws-ec2-metadata-token-ttl-seconds", String(life))])
        }
        let given = request.raw.header("X-aws-ec2-metadata-token") ?? ""
        guard request.raw.method == "GET", tokens.withLock({ $0.contains(given) }) else {
            throw StubError("Unauthorized", "Unauthorized", status: 401)
        }
        switch operation {
        case "Role": return .text(role)
        case "Region": return .text(region)
        case "Credentials": return ContainerStub.document(keys.session(), extra: "\"Code\":\"Success\",")
        default: throw StubError("NotFound", "Not Found", status: 404)
        }
    }
}
