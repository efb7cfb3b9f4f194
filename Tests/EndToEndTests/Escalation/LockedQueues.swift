import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

/// Queues whose owners allow submitters no changes, in an account that records all requests, and the files that a
/// submitter uses to circumvent this.
struct LockedQueues {
    static let commit = String(repeating: "a", count: 40)
    let account: Account

    /// The queues `locked` (SageMaker) and `box` (local-docker), and the files that the attempts name.
    static func make() async throws -> LockedQueues {
        let account = try Account()
        let folder = account.folder
        for name in ["allowed/mine", "elsewhere"] {
            try folder.write("\(name)/Dockerfile", "FROM scratch\n")
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("allowed/link"), withDestinationPath: folder.file("elsewhere"))
        try await account.queue(
            Guide.queueYAML + """

                allow_overrides: []
                allow_sources:
                  images: ["\(Account.host)/train"]
                  git: ["https://github.com/team/*"]
                  folders: ["\(folder.file("allowed"))"]

                """, named: "locked")
        try folder.write(
            "box.yaml",
            """
            volumes: ["/data/${project_name}:/data", "/sets/{{set}}:/set:ro"]
            network: "net-${run_name}"
            outputs: ["/out/${run_name}"]
            allow_overrides: []
            allow_sources: any
            allow_projects: any
            allow_names: any
            template_variables: {set: {type: string, default: small}}

            """)
        try await account.succeeding("queue", "create", "box", "--resource", "local-docker", "--config", "box.yaml")
        try folder.write("args.yaml", "StoppingCondition: {MaxRuntimeInSeconds: 86400}\n")
        try folder.write("here.yaml", "runner: {type: local-docker}\n")
        try folder.write("team.yaml", "entity: other-team\n")
        try await account.succeeding("job", "create", "image", "evil.example.com/train:v1", "-n", "evil")
        try await account.succeeding(
            "job", "create", "git", "https://github.com/evil/train", "--git-version", commit, "-n", "gitevil")
        try await account.succeeding("job", "create", "code", folder.file("elsewhere"), "-n", "codeevil")
        return LockedQueues(account: account)
    }

    /// Arguments with the account's own values filled in.
    func words(_ text: [String]) -> [String] {
        text.map { $0.replacing("DIR", with: account.folder.path).replacing("HOST", with: Account.host) }
    }

    /// Expects that nothing was queued, started or sent.
    func expectNothing() async throws {
        #expect(try await account.succeeding("list", "--limit", "0", "--json").json([RunFacts].self).isEmpty)
        #expect(account.stub.calls.filter { ["sagemaker", "sts", "s3", "ecr"].contains($0.service) }.isEmpty)
    }
}
