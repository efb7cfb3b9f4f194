import Foundation
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The parser compared with botocore's on the same files, if python3 and botocore are installed.
struct BotocoreOracleTests {
    private static let files: [String] = [
        "",
        "[default]\nregion = us-east-1\n",
        "[default]\r\nregion = us-east-1\r\noutput=json\r\n",
        "[profile a]\nregion=x\n[profile b]\nregion : y\n",
        "[profile a b]\nregion=x\n",
        "[profile \"a b\"]\nregion=x\n",
        "[profile 'a]\nregion=x\n",
        "[profile]\nregion=x\n",
        "[preview]\nsdb = true\n[profile x]\nREGION = Y\n",
        "# c\n; c\n[default]\n# c\nregion = a # not a comment\nkey = b ; neither\n",
        "[default]\ns3 =\n  max_concurrent_requests = 1\n  max_queue_size=2\n\n  addressing_style = path\nregion = r\n",
        "[default]\ns3 =\n\n\nregion = r\n",
        "[default]\nregion = a\n  b\n  c\n",
        "[default]\nempty =\nregion = r\n",
        "[default]\nurl = https://x.example/a=b:c\n",
        "[default]\na:b=c\n",
        "   [default]\n   region = r\n",
        "[default]\n   region = r\n   output = json\n",
        "[default]\n\tregion = r\n\t\tmore\n",
        "[default] trailing\nregion = r\n",
        "[a]b]\nregion = r\n[profile x] # comment ]\nregion = r\n",
        "[DEFAULT]\nregion = everywhere\n[profile x]\noutput = json\n[default]\nregion = own\n",
        "[default]\nregion = a\n[profile default]\nregion = b\n",
        "[profile default]\nregion = b\n[default]\nregion = a\n",
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x\n[profile p]\nsso_session = corp\n",
        "[services s]\nsts =\n  endpoint_url = http://a\ns3 =\n  endpoint_url = http://b\n  other = c=d\n",
        "[profile ä]\nregion = ö\n",
        "[default]\nkey\u{a0}=\u{a0}value\u{a0}\n",
        "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = y\n[profile y]\naws_access_key_id = a\n",
        "[default]\nx = 1\n#comment\n  2\n",
        "[default]\nx = 1\n  # comment\n  2\n",
        "[default]\nx =\n  a = 1\n# comment\n  b = 2\ny = 3\n",
        "[default]\nPATH = %(home)s %% $x\n",
        "region = before\n",
        "[default]\nno delimiter\n",
        "[default]\n= value\n",
        "[default]\ns3 =\n  broken\n",
        "[]\nregion = r\n",
        "[default\nregion = r\n",
    ]

    private static let program = """
        import json, sys
        from botocore import configloader as c, exceptions as e
        result = []
        for path in json.load(sys.stdin):
            try:
                loaded = c.load_config(path)
                result.append({k: loaded[k] for k in ("profiles", "sso_sessions", "services")})
            except e.ConfigParseError:
                result.append(None)
        json.dump(result, sys.stdout)
        """

    private static let isInstalled = (try? Tool.run("python3", ["-c", "import botocore"])) != nil

    @Test(.enabled(if: isInstalled, "python3 with botocore is needed as the oracle"))
    func `settings are read as botocore reads them`() throws {
        let folder = try TemporaryDirectory()
        let paths = try Self.files.enumerated().map { try folder.write("config-\($0.offset)", $0.element) }
        let program = Self.program.replacingOccurrences(of: "sys.stdin", with: "open(sys.argv[1])")
        let list = try folder.write("list", [UInt8](JSONEncoder().encode(paths)))
        let output = try Tool.run("python3", ["-c", program, list])
        let expected = try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [Any])
        try #require(expected.count == Self.files.count)
        for (text, expected) in zip(Self.files, expected) {
            let config = try? SharedConfig(config: text, configFile: "c", credentials: "", credentialsFile: "k")
            let ours = config.map {
                [
                    "profiles": Self.plain($0.profiles), "sso_sessions": Self.plain($0.ssoSessions),
                    "services": Self.plain($0.services),
                ] as NSDictionary
            }
            #expect(ours == expected as? NSDictionary, "\(text.debugDescription)")
        }
    }

    private static func plain(_ sections: [String: ConfigSection]) -> NSDictionary {
        sections.mapValues { section in
            section.values.mapValues { value -> Any in
                value.nested.isEmpty && !value.text.hasPrefix("\n")
                    ? value.text : value.nested.mapValues { $0.text } as NSDictionary
            } as NSDictionary
        } as NSDictionary
    }
}
