import LaunchHost
import Testing

/// Secrets that this process has not read, recognized by the words before them.
struct SecretShapesTests {
    private static let token = "IQoJb3JpZ2luX2VjEJ//////////wEaCXVzLWVhc3QtMQ=="
    private static let hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

    static let secrets: [(String, String)] = [
        ("x-amz-security-token:\(token)\nhost:a", "x-amz-security-token:<secret>\nhost:a"),
        ("X-Amz-Security-Token=IQoJb3JpZ2luX2VjEJ%2F%2FwEa&X-Amz-Date=1", "X-Amz-Security-Token=<secret>&X-Amz-Date=1"),
        ("'X-Amz-Security-Token': '\(token)'", "'X-Amz-Security-Token': '<secret>'"),
        ("{\"SessionToken\":\"\(token)\"}", "{\"SessionToken\":\"<secret>\"}"),
        ("<SecretAccessKey>wJalrXUtnFEMI/K7MDENG</SecretAccessKey>", "<SecretAccessKey><secret></SecretAccessKey>"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG x", "AWS_SECRET_ACCESS_KEY=<secret> x"),
        ("aws_session_token = \(token)", "aws_session_token = <secret>"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic <secret>"),
        ("\"authorization\": \"Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln\"", "\"authorization\": \"Bearer <secret>\""),
        ("SignedHeaders=host, Signature=\(hex)", "SignedHeaders=host, Signature=<secret>"),
        ("X-Amz-Signature=\(hex)&a=b", "X-Amz-Signature=<secret>&a=b"),
        ("fatal: https://me:pa:ss@git.example.com/a.git", "fatal: https://me:<secret>@git.example.com/a.git"),
        ("proxy http://:pass@10.0.0.1:3128, then", "proxy http://:<secret>@10.0.0.1:3128, then"),
    ]

    @Test(arguments: secrets) func `masks credentials in known contexts`(text: String, expected: String) {
        #expect(SecretMask().mask(text) == expected)
    }

    @Test(arguments: [
        "The security token included in the request is invalid.",
        "Set AWS_SESSION_TOKEN: it is missing.", "The header x-amz-security-token: missing",
        "authorization: required", "Authorization: Basic and Bearer are known.",
        "s3://bucket/key, git@github.com:team/train.git, https://example.com/a?b=c@d",
        "https://me@example.com/a:b", "signature=short", "session 12 of 24 secret: none",
    ]) func `does not change sentences and addresses`(text: String) {
        #expect(SecretMask().mask(text) == text)
    }
}
