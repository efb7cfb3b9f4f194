import Foundation
import LaunchAWS
import LaunchHost
import Synchronization
public import TestSupport

/// Security Token Service: identities and sessions.
public final class STSStub: StubService {
    private struct State {
        var webTokens: Set<String> = []
        var externalIDs: [String: String] = [:]
    }
    private let keys: StubKeys
    private let state = Mutex(State())

    init(_ keys: StubKeys) {
        self.keys = keys
    }

    /// Accepts a web token for any role.
    public func accept(webToken: String) { state.withLock { _ = $0.webTokens.insert(webToken) } }
    /// Rejects all web tokens accepted so far.
    public func refuseWebTokens() { state.withLock { $0.webTokens = [] } }
    /// Requires this external ID for a role.
    public func protect(role: String, externalID: String) { state.withLock { $0.externalIDs[role] = externalID } }

    /// The name in scripts.
    public var name: String { "sts" }
    /// All requests must be signed, except the exchange of a web token.
    public func isSigned(_ operation: String) -> Bool { operation != "AssumeRoleWithWebIdentity" }
    /// Determined by the field `Action`.
    public func operation(of request: StubRequest) -> String? {
        guard request.raw.method == "POST", request.path == "/" else { return nil }
        let form = request.form
        return form["Version"] == "2011-06-15" ? form["Action"] : nil
    }
    /// Replies in the format of the Query protocol.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        StubText.queryRefusal(error, requestID: requestID)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        let form = request.form
        switch operation {
        case "GetCallerIdentity":
            let id = request.signer?.accessKeyID ?? ""
            return result(
                operation,
                "<Arn>arn:aws:sts::\(keys.accountID):assumed-role/stub/\(id)</Arn><UserId>AROASTUB:\(id)</UserId>"
                    + "<Account>\(keys.accountID)</Account>")
        case "GetSessionToken":
            guard let id = request.signer?.accessKeyID, keys.credentials(id)?.sessionToken == nil else {
                throw StubError("AccessDenied", "Cannot call GetSessionToken with session credentials", status: 403)
            }
            return result(operation, Self.text(of: keys.session()))
        case "AssumeRole":
            let role = try role(form)
            if let wanted = state.withLock({ $0.externalIDs[role] }), form["ExternalId"] != wanted {
                throw StubError("AccessDenied", "Not authorized to perform sts:AssumeRole on \(role)", status: 403)
            }
            return session(operation, role, form)
        case "AssumeRoleWithWebIdentity":
            let role = try role(form)
            guard let token = form["WebIdentityToken"], state.withLock({ $0.webTokens.contains(token) }) else {
                throw StubError("InvalidIdentityToken", "The web identity token is not valid.")
            }
            return session(operation, role, form)
        default:
            throw StubError("InvalidAction", "There is no \(operation).")
        }
    }

    private func role(_ form: [String: String]) throws(StubError) -> String {
        guard let role = form["RoleArn"], role.hasPrefix("arn:"), form["RoleSessionName"]?.isEmpty == false else {
            throw StubError("ValidationError", "RoleArn and RoleSessionName are required.")
        }
        return role
    }

    private func session(_ operation: String, _ role: String, _ form: [String: String]) -> TestAnswer {
        let session = keys.session()
        let name = role.split(separator: "/").last ?? ""
        let account = role.split(separator: ":", omittingEmptySubsequences: false).dropFirst(4).first ?? ""
        return result(
            operation,
            """
            <AssumedRoleUser><AssumedRoleId>AROASTUB:\(StubText.escaped(form["RoleSessionName"] ?? ""))</AssumedRoleId>\
            <Arn>arn:aws:sts::\(account):assumed-role/\(StubText.escaped("\(name)/\(form["RoleSessionName"] ?? "")"))</Arn></AssumedRoleUser>\
            \(Self.text(of: session))
            """)
    }

    private static func text(of session: AWSCredentials) -> String {
        """
        <Credentials><AccessKeyId>\(session.accessKeyID)</AccessKeyId>\
        <SecretAccessKey>\(session.secretAccessKey.reveal())</SecretAccessKey>\
        <SessionToken>\(session.sessionToken?.reveal() ?? "")</SessionToken>\
        <Expiration>\((session.expiration ?? Date()).ISO8601Format())</Expiration></Credentials>
        """
    }

    private func result(_ operation: String, _ body: String) -> TestAnswer {
        StubText.xml(
            "<\(operation)Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><\(operation)Result>\(body)"
                + "</\(operation)Result><ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata>"
                + "</\(operation)Response>")
    }
}
