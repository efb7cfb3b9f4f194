import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

/// One place where a user keeps credentials.
struct PlantedSource: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Whether its secrets are in no variable, so that no process may have them in its environment.
    var isInFiles = false
    /// Places the credentials in an account's home. Returns the variables that lead the program there, and the secrets.
    let plant: @Sendable (Account) throws -> (variables: [String: String], secrets: [String])

    /// A place that no variable of the account names.
    private static let none = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""]
    private static let role = "arn:aws:iam::\(Account.id):role/train"

    /// The SHA-1 of the session's name, which AWS's tools use as the file name of a login.
    private static let sessionHash = "ee0bfd2552fbd840c02cc48b6e823320543c450f"

    static let all: [PlantedSource] = [
        PlantedSource(testDescription: "environment") { _ in ([:], []) },
        PlantedSource(testDescription: "credentials file") { account in
            let keys = account.stub.keys.session()
            try account.folder.write(
                ".aws/credentials",
                """
                [default]
                aws_access_key_id = \(keys.accessKeyID)
                aws_secret_access_key = \(keys.secretAccessKey.reveal())
                aws_session_token = \(keys.sessionToken?.reveal() ?? "")

                """)
            return (none, [])
        },
        PlantedSource(testDescription: "credential process", isInFiles: true) { account in
            let keys = account.stub.keys.session()
            let document = try account.folder.write(
                "planted/process.json",
                """
                {"Version": 1, "AccessKeyId": "\(keys.accessKeyID)", "SecretAccessKey": \
                "\(keys.secretAccessKey.reveal())", "SessionToken": "\(keys.sessionToken?.reveal() ?? "")"}
                """)
            try account.folder.write(".aws/config", "[default]\ncredential_process = cat \(document)\n")
            return (none, [keys.secretAccessKey.reveal(), keys.sessionToken?.reveal() ?? ""])
        },
        PlantedSource(testDescription: "web identity token file") { account in
            let token = "planted.web/\(UUID().uuidString)"
            account.stub.sts.accept(webToken: token)
            let file = try account.folder.write("planted/web-identity", token)
            let variables = ["AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": role]
            return (none.merging(variables) { $1 }, [token])
        },
        PlantedSource(testDescription: "SSO cache") { account in
            let (token, secret) = ("planted.sso/\(UUID().uuidString)", "planted.client/\(UUID().uuidString)")
            account.stub.sso.accept(accessToken: token)
            try account.folder.write(
                ".aws/config",
                """
                [default]
                sso_session = corp
                sso_account_id = \(Account.id)
                sso_role_name = Trainer
                [sso-session corp]
                sso_region = us-east-1
                sso_start_url = https://corp.awsapps.example/start

                """)
            let end = Date().addingTimeInterval(86_400).formatted(.iso8601)
            try account.folder.write(
                ".aws/sso/cache/\(sessionHash).json",
                """
                {"accessToken": "\(token)", "expiresAt": "\(end)", "clientId": "planted", "clientSecret": "\(secret)"}
                """)
            return (none, [token, secret])
        },
        PlantedSource(testDescription: "container endpoint") { account in
            let token = "planted.container/\(UUID().uuidString)"
            account.stub.container.require(token: token)
            let variables = [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(account.stub.url)/container/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
            ]
            return (none.merging(variables) { $1 }, [token])
        },
        PlantedSource(testDescription: "proxy and git address") { _ in
            let password = "planted-proxy-\(UUID().uuidString)"
            // Loopback is reached without the proxy. The proxy rejects everything else.
            let proxy = "http://proxy-user:\(password)@127.0.0.1:9"
            let variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"].map { ($0, proxy) }
            return (Dictionary(variables) { $1 }.merging(["NO_PROXY": "127.0.0.1"]) { $1 }, [password])
        },
    ]
}
