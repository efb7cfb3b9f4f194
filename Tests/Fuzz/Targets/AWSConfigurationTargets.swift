import FoundationEssentials
import LaunchHTTP

import LaunchHost
@testable import LaunchAWS
@testable import LaunchAWSKit

extension FuzzTarget {
    /// AWS's files on this machine, and the output of credential programs.
    static let awsConfiguration = [awsConfig, credentials, awsNames]

    /// `~/.aws/config`, a zero byte, and `~/.aws/credentials`.
    private static let awsConfig = FuzzTarget.text("aws-config", dictionary: "ini") { text in
        let (config, credentials) = halves(of: text)
        do throws(AWSError) {
            let shared = try SharedConfig(
                config: config, configFile: "config", credentials: credentials, credentialsFile: "credentials")
            let lines = text.utf8.count + 1
            for section in [shared.profiles, shared.ssoSessions, shared.services].flatMap(\.values) {
                expect((1...lines).contains(section.line), "a section stands on a line of its file")
                for value in section.values.values {
                    expect((1...lines).contains(value.line), "a value stands on a line of its file")
                    _ = try? CommandWords.split(value.text)
                }
            }
        } catch {
            expect(error.kind == .configuration, "a wrong file is a matter of configuration")
        }
    }

    private static let credentials = FuzzTarget("credentials", dictionary: "json") { bytes in
        for token in ["Token", "SessionToken"] {
            guard let document = CredentialDocument(bytes) else { continue }
            for needsExpiry in [false, true] {
                guard let found = try? document.credentials(token: token, needsExpiry: needsExpiry) else { continue }
                expect(!found.accessKeyID.isEmpty, "credentials have a key")
                expect(!needsExpiry || found.expiration != nil, "an expiry that is needed is there")
            }
        }
        do throws(AWSError) {
            let login = try SSOToken(bytes, path: "cache.json")
            expect(login.expiration != nil, "a login ends")
            if let renewal = login.renewal {
                let renewed = login.renewed(
                    login.accessToken, until: renewal.registrationEnds, refreshToken: renewal.refreshToken)
                expect(renewed.expiration != nil, "a renewed login ends")
            }
        } catch {
            expect(error.kind == .configuration, "a wrong login cache is a matter of configuration")
        }
    }

    private static let awsNames = FuzzTarget.text("aws-names", dictionary: "aws", maxLength: 1024) { text in
        if let arn = ARN(text) {
            expect(ARN(arn.description) == arn, "a printed ARN is the same")
            _ = arn.resourceType + arn.resourceName
        }
        expect(URLDecoding.decode(URIEncoding.component(text)) == text, "encoding can be undone")
        _ = URLDecoding.decode(text)
        if let date = AWSDate.parse(text) {
            let printed = AWSDate.text(date)
            // Years with more than four digits can be printed, but no service writes them.
            if printed.utf8.count == 20 {
                expect(AWSDate.parse(printed) != nil, "a printed date is a date: \(printed)")
            }
        }
        if let date = HTTPDate.parse(text) { expect(date.timeIntervalSince1970 >= 0, "a date is after 1970") }
        _ = Partition.of(region: text)
    }
}
