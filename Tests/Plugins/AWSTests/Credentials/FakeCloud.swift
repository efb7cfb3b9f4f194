import Foundation
import LaunchHTTP
import LaunchHost
import Synchronization
import TestSupport

@testable import LaunchAWS
@testable import LaunchAWSKit

/// A clock that only moves by calls and sleeps.
final class FakeTime: Sendable {
    private let seconds = Mutex(1_800_000_000.0)

    var now: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }
    func pass(_ time: TimeInterval) { seconds.withLock { $0 += time } }

    var clock: HostClock {
        HostClock(
            now: { self.now },
            sleep: { time in
                try Task.checkCancellation()
                self.pass(time / .seconds(1))
            })
    }
}

/// All sources of AWS credentials on one loopback server: STS, SSO, a container endpoint and instance metadata. It
/// knows its keys and their expiration, and records every call with other keys.
final class FakeCloud: Sendable {
    struct State {
        /// The expiration times of the issued keys.
        var keys: [String: Date] = [:]
        var forms: [[String: String]] = []
        var refused: [String] = []
        var paths: [String] = []
        var targets: [String] = []
        var headers: [[String: String]] = []
        var bearer = "planted-bearer-0"
        var metadataToken = "planted-metadata-0"
        /// Replies that replace the usual ones, by path or STS action. Each is used once.
        var instead: [String: [TestAnswer]] = [:]
    }

    static let life: TimeInterval = 3600
    let time = FakeTime()
    private let state = Mutex(State())
    private let held = Mutex<TestServer?>(nil)

    init() throws {
        let server = try TestServer { [weak self] in self?.answer($0) ?? .text("gone", status: 500) }
        held.withLock { $0 = server }
    }

    var url: String { held.withLock { $0?.url ?? "" } }
    var snapshot: State { state.withLock { $0 } }
    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    /// Keys that are valid for an hour, as a document. Every secret in it contains "planted".
    func issue(_ expirationKey: String = "Expiration", token: String = "Token") -> [String: Any] {
        let end = time.now.addingTimeInterval(Self.life)
        let number = state.withLock { state in
            state.keys["ASIA\(state.keys.count)", default: end] = end
            return state.keys.count - 1
        }
        return [
            "AccessKeyId": "ASIA\(number)", "SecretAccessKey": "planted-secret-\(number)",
            token: "planted-token-\(number)", expirationKey: AWSDate.text(end),
        ]
    }

    // MARK: answers

    private func answer(_ request: TestRequest) -> TestAnswer {
        let path = String(request.target.prefix { $0 != "?" })
        let form = Self.form(request.text)
        let name = path == "/" ? form["Action"] ?? "/" : path
        let scripted = state.withLock { state -> TestAnswer? in
            state.paths.append(name)
            state.targets.append(request.target)
            state.headers.append(
                Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first })
            if path == "/" { state.forms.append(form) }
            guard let first = state.instead[name]?.first else { return nil }
            state.instead[name]?.removeFirst()
            return first
        }
        if let scripted { return scripted }
        switch (request.method, path) {
        case ("POST", "/"): return sts(form, request)
        case ("POST", "/token"): return oidc()
        case (_, "/federation/credentials"): return portal(request)
        case (_, "/container"): return json(issue())
        case ("PUT", "/latest/api/token"): return .text(snapshot.metadataToken)
        default: return metadata(request, path)
        }
    }

    private func metadata(_ request: TestRequest, _ path: String) -> TestAnswer {
        guard request.header("X-aws-ec2-metadata-token") == snapshot.metadataToken else {
            return .text("", status: 401)
        }
        switch path {
        case "/latest/meta-data/iam/security-credentials/": return .text("trainer")
        case "/latest/meta-data/iam/security-credentials/trainer":
            return json(issue().merging(["Code": "Success"]) { $1 })
        case "/latest/meta-data/placement/region": return .text("eu-west-1")
        default: return .text("", status: 404)
        }
    }

    private func portal(_ request: TestRequest) -> TestAnswer {
        guard request.header("x-amz-sso_bearer_token") == snapshot.bearer else {
            return .text(#"{"message":"Session token not found or invalid"}"#, status: 401)
        }
        let keys = issue()
        let end = time.now.addingTimeInterval(Self.life).timeIntervalSince1970 * 1000
        return json([
            "roleCredentials": [
                "accessKeyId": keys["AccessKeyId"] as Any, "secretAccessKey": keys["SecretAccessKey"] as Any,
                "sessionToken": keys["Token"] as Any, "expiration": Int(end),
            ] as [String: Any]
        ])
    }

    private func oidc() -> TestAnswer {
        let bearer = state.withLock { state in
            state.bearer = "planted-bearer-\(state.paths.count)"
            return state.bearer
        }
        return json([
            "accessToken": bearer, "expiresIn": 3600, "refreshToken": "planted-refresh-1", "tokenType": "Bearer",
        ])
    }

    private func sts(_ form: [String: String], _ request: TestRequest) -> TestAnswer {
        let action = form["Action"] ?? ""
        if action != "AssumeRoleWithWebIdentity", let refusal = refusal(request, action) { return refusal }
        if action == "GetCallerIdentity" {
            return xml(
                action, "<Arn>arn:aws:sts::123456789012:assumed-role/trainer/x</Arn><Account>123456789012</Account>")
        }
        let keys = issue()
        return xml(
            action,
            """
            <Credentials><AccessKeyId>\(keys["AccessKeyId"] ?? "")</AccessKeyId>
            <SecretAccessKey>\(keys["SecretAccessKey"] ?? "")</SecretAccessKey>
            <SessionToken>\(keys["Token"] ?? "")</SessionToken><Expiration>\(keys["Expiration"] ?? "")</Expiration>
            </Credentials><AssumedRoleUser><Arn>arn:aws:sts::210987654321:assumed-role/x/y</Arn></AssumedRoleUser>
            """)
    }

    /// Refuses unknown and expired keys.
    private func refusal(_ request: TestRequest, _ action: String) -> TestAnswer? {
        let authorization = request.header("Authorization") ?? ""
        let key = authorization.firstMatch(of: /Credential=([^\/]+)\//).map { String($0.1) } ?? "none"
        let now = time.now
        return state.withLock { state in
            if key.hasPrefix("AKIA") { return nil }
            if let end = state.keys[key], end > now { return nil }
            state.refused.append("\(action) with \(key)")
            return TestAnswer.text(
                """
                <ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in \
                the request is expired</Message></Error><RequestId>r</RequestId></ErrorResponse>
                """, status: 403, headers: [("Content-Type", "text/xml")])
        }
    }

    private func xml(_ action: String, _ result: String) -> TestAnswer {
        .text(
            "<\(action)Response><\(action)Result>\(result)</\(action)Result></\(action)Response>",
            headers: [("Content-Type", "text/xml")])
    }

    private func json(_ value: [String: Any]) -> TestAnswer {
        let data = (try? JSONSerialization.data(withJSONObject: value)) ?? Data()
        return .text(String(decoding: data, as: UTF8.self), headers: [("Content-Type", "application/json")])
    }

    private static func form(_ text: String) -> [String: String] {
        text.split(separator: "&").reduce(into: [:]) { fields, pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.replacingOccurrences(of: "+", with: " ") }
            fields[parts[0]] = parts.count == 2 ? parts[1].removingPercentEncoding : ""
        }
    }
}
