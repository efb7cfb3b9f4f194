import Foundation
import Testing

/// The host and the commands know no cloud and no backend: their code and their string literals name none.
@Suite("Neutral host")
struct NeutralHostTests {
    private static let folders = ["Sources/LaunchHost", "Sources/LaunchCommands"]

    /// Short names, found as words and as parts of names: `ecrHost`, `AWSEnvironment`. Dockerfiles and `.dockerignore`
    /// are formats of sources, so `docker` is not in the list.
    private static let words = [
        "aws", "ecr", "s3", "arn", "iam", "ec2", "sts", "kms", "eks", "ecs", "gcp", "gcr", "gcs", "gke", "acr", "aks",
    ]
    /// Names, found anywhere.
    private static let names = [
        "amazon", "sagemaker", "boto", "cloudwatch", "dkr.", "google", "vertex", "azure", "kubernetes", "kaniko",
        "slurm",
        "podman", "local-docker", "localdocker", "trainingjob",
    ]

    /// The files that may have some of them, and why.
    private static let allowed: [String: Set<String>] = [
        // The types of W&B Launch's own configuration that no plugin replaces. The file explains them to their user.
        "LegacyKeys.swift": ["kaniko", "gcp", "azure", "gcr", "acr", "kubernetes", "vertex"],
        // The command's name is part of the interface, and a policy is a document of IAM.
        "IAMPolicyCommand.swift": ["iam", "ec2"],
        // Roles in the languages of Terraform and CloudFormation.
        "RoleTemplate.swift": ["aws", "iam", "arn"], "LaunchProgram.swift": ["iam"], "Advice.swift": ["iam"],
        // An address that a user knows, as the example of the key blobs.
        "PostgresSettings+Fields.swift": ["s3"],
    ]

    @Test
    func `No code and no string of the host or of the commands names a cloud or a backend`() throws {
        var count = 0
        var found: [String] = []
        var used: [String: Set<String>] = [:]
        for folder in Self.folders {
            let root = Repository.root.appending(path: folder)
            for path in try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
            where path.hasSuffix(".swift") {
                count += 1
                let name = String(path.split(separator: "/").last ?? "")
                let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
                for (number, line) in SwiftCode.lines(text).enumerated() {
                    for word in Self.words(in: line) {
                        if Self.allowed[name]?.contains(word) == true {
                            used[name, default: []].insert(word)
                        } else {
                            found.append("\(folder)/\(path):\(number + 1): \(word): \(line.drop { $0 == " " })")
                        }
                    }
                }
            }
        }
        #expect(count > 250)
        #expect(
            found == [], "Move what a backend knows to its plugin; see 'Declaration and configuration' in plugins.md.")
        #expect(used == Self.allowed, "Remove the unused entries from the list.")
    }

    @Test(arguments: [
        (#"let host = "x.dkr.ecr.y" // aws"#, ["ecr", "dkr."]), ("struct AWSRegion {}", ["aws"]), ("// S3", []),
        (#"let uri = "s3://bucket""#, ["s3"]), ("let secretIncrement = learnArnold", []),
        ("var roleArn = 1", ["arn"]),
        (#"f("\(x ? "https://a" : "b")", ecrHost) /* sts */"#, ["ecr"]), ("let warning = arnold + lists", []),
        ("let x = #\"a\"//\"#; let SageMakerQueue = 1", ["sagemaker"]), (#""a//b aws""#, ["aws"]),
        ("case iam_policy", ["iam"]),
    ])
    func `A name is found in code and in strings, and not in comments or in other words`(
        line: String, expected: [String]
    ) {
        #expect(SwiftCode.lines(line).flatMap(Self.words(in:)) == expected)
    }

    @Test
    func `Comments over several lines keep the numbers of the lines`() {
        let text = "a /* x\n /* aws */\n*/ b\nlet s = \"\"\"\n  // not a comment\n  \"\"\"\nc // d"
        #expect(SwiftCode.lines(text) == ["a ", "", " b", "let s = \"\"\"", "  // not a comment", "  \"\"\"", "c "])
    }

    /// The listed names in a line of code.
    private static func words(in line: String) -> [String] {
        let small = line.lowercased()
        return words.filter { word in
            guard small.contains(word) else { return false }
            let (upper, title) = (word.uppercased(), word.prefix(1).uppercased() + word.dropFirst())
            let forms = "(?<![A-Za-z0-9])\(word)(?![a-z0-9])|(?<![A-Z])\(upper)(?![0-9])|\(title)(?![a-z0-9])"
            return line.range(of: forms, options: .regularExpression) != nil
        } + names.filter { small.contains($0) }
    }
}
