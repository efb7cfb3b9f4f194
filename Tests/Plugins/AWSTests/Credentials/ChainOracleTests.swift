import Foundation
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The order of the sources compared with botocore's, if python3 and botocore are installed. The home configures many
/// sources; each case removes one more.
struct ChainOracleTests {
    private struct Case {
        var config = ""
        var keys = ""
        var variables: [String: String] = [:]
    }

    private static let role = "role_arn = arn:aws:iam::123456789012:role/x\n"
    private static let keys = "aws_access_key_id = AKIAX\naws_secret_access_key = planted\n"
    private static let sso = "sso_region = us-east-1\nsso_start_url = u\nsso_account_id = 1\nsso_role_name = r\n"

    private static func cases(_ folder: TemporaryDirectory) throws -> [Case] {
        let token = try folder.write("token", "planted")
        let process =
            "credential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"b\"}'\n"
        let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/w"]
        let env = ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "planted"]
        let base = "[base]\n\(keys)"
        let all = "[profile p]\n\(role)source_profile = base\n\(sso)\(process)\(keys)"
        let noRole = "[profile p]\n\(sso)\(process)\(keys)"
        return [
            Case(config: all, keys: "\(base)[p]\n\(keys)", variables: env.merging(web) { $1 }),
            Case(config: all, keys: "\(base)[p]\n\(keys)", variables: web),
            Case(config: noRole, keys: "\(base)[p]\n\(keys)", variables: web),
            Case(config: noRole, keys: "\(base)[p]\n\(keys)"),
            Case(config: "[profile p]\n\(process)\(keys)", keys: "[p]\n\(keys)"),
            Case(config: "[profile p]\n\(process)\(keys)"),
            Case(config: "[profile p]\n\(keys)"),
            Case(config: "[profile p]\n\(role)web_identity_token_file = \(token)\n\(process)", keys: "[p]\n\(keys)"),
            Case(config: "[profile p]\n\(role)source_profile = p\n\(keys)"),
            Case(
                config: "[profile p]\n\(role)source_profile = q\n[profile q]\n\(role)source_profile = base\n",
                keys: base),
            Case(config: "[profile p]\n\(role)source_profile = q\n[profile q]\n\(role)source_profile = p\n"),
            Case(config: "[profile p]\n\(role)source_profile = nobody\n"),
            Case(config: "[profile p]\naws_access_key_id = half\n"),
            Case(config: "[profile p]\naws_secret_access_key = half\n"),
            Case(config: "[profile p]\n\(process)", keys: "[p]\naws_secret_access_key = half\n"),
            Case(config: "[profile p]\n\(keys)", variables: ["AWS_SECRET_ACCESS_KEY": "half"]),
            Case(config: "[profile p]\nregion = x\n"),
        ]
    }

    private static let program = """
        import json, os, sys
        import botocore.session
        result = []
        for case in json.load(open(sys.argv[1])):
            os.environ.clear()
            os.environ.update(case)
            try:
                found = botocore.session.Session().get_credentials()
                result.append(found.method if found else "none")
            except Exception:
                result.append("error")
        json.dump(result, sys.stdout)
        """

    private static let isInstalled = (try? Tool.run("python3", ["-c", "import botocore"])) != nil

    @Test(.enabled(if: isInstalled, "python3 with botocore is needed as the oracle"))
    func `the source of credentials is the one that botocore selects`() throws {
        let folder = try TemporaryDirectory()
        let cases = try Self.cases(folder)
        let variables = try cases.enumerated().map { index, one in
            try folder.write("\(index)/.aws/config", one.config)
            try folder.write("\(index)/.aws/credentials", one.keys)
            let standard = [
                "HOME": folder.file("\(index)"), "AWS_PROFILE": "p", "AWS_EC2_METADATA_DISABLED": "true",
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            ]
            return standard.merging(one.variables) { $1 }
        }
        let list = try folder.write("list", [UInt8](JSONEncoder().encode(variables)))
        let output = try Tool.run("python3", ["-c", Self.program, list])
        let expected = try JSONDecoder().decode([String].self, from: Data(output.utf8))
        #expect(variables.map(Self.method) == expected)
        #expect(Set(expected).count >= 8, "the cases reach most of the chain: \(expected)")
    }

    /// botocore's name for the selected source.
    private static func method(_ variables: [String: String]) -> String {
        guard let bench = try? CredentialBench(), let environment = try? bench.environment(variables) else {
            return "error"
        }
        let context = environment.sourceContext
        guard let choice = try? CredentialChain(settings: environment.settings, context: context).choose() else {
            return "error"
        }
        return switch choice.source {
        case nil: "none"
        case is EnvironmentSource: "env"
        case is AssumeRoleSource: "assume-role"
        case is WebIdentitySource: "assume-role-with-web-identity"
        case is SSOSource: "sso"
        case let source as StaticProfileSource:
            source.section.file.hasSuffix("credentials") ? "shared-credentials-file" : "config-file"
        case is ProcessSource: "custom-process"
        case is ContainerSource: "container-role"
        default: "iam-role"
        }
    }
}
