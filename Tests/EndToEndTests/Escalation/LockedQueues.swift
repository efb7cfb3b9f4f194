import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

/// Queues whose owners allow submitters no changes, or only those that no key protects, in an account that records all requests, and the files that a
/// submitter uses to circumvent this.
struct LockedQueues {
    static let commit = String(repeating: "a", count: 40)
    let account: Account

    /// The queues `locked` (SageMaker) and `box` (local-docker), the open queues `cluster` (Slurm) and `farm` (Batch),
    /// their locked forms `cluster2` and `farm2`, and the files that the attempts name.
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
        let locks = "\nallow_overrides: []\nallow_sources: any\n"
        for (name, resource, text) in [("cluster", "slurm", cluster), ("farm", "aws-batch", farm)] {
            for (suffix, more) in [("", ""), ("2", locks)] {
                try folder.write("new.yaml", text + more)
                try await account.succeeding(
                    "queue", "create", name + suffix, "--resource", resource, "--config", "new.yaml")
            }
        }
        try folder.write("args.yaml", "StoppingCondition: {MaxRuntimeInSeconds: 86400}\n")
        try folder.write("here.yaml", "runner: {type: local-docker}\n")
        try folder.write("team.yaml", "entity: other-team\n")
        try await account.succeeding("job", "create", "image", "evil.example.com/train:v1", "-n", "evil")
        try await account.succeeding(
            "job", "create", "git", "https://github.com/evil/train", "--git-version", commit, "-n", "gitevil")
        try await account.succeeding("job", "create", "code", folder.file("elsewhere"), "-n", "codeevil")
        return LockedQueues(account: account)
    }

    private static let cluster = """
        command: [python3, train.py]
        container: [apptainer, exec, --bind, "/data/${project_name}:/data", --bind, "/sets/{{set}}:/set", "docker://${image_uri}"]
        workdir: "/shared/${run_name}"
        partition: gpu
        qos: "q-${project_name}"
        template_variables: {set: {type: string, default: small}}

        """
    private static let farm = """
        job_queue: training
        resources: {VCPU: 1, MEMORY: 2048}
        container_properties:
          jobRoleArn: "arn:aws:iam::123456789012:role/train-${project_name}"
          volumes: [{name: data, host: {sourcePath: "/data/{{set}}"}}]
          secrets: [{name: KEY, valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:team/${run_name}"}]
        template_variables: {set: {type: string, default: small}}

        """

    /// Arguments with the account's own values filled in.
    func words(_ text: [String]) -> [String] {
        text.map { $0.replacing("DIR", with: account.folder.path).replacing("HOST", with: Account.host) }
    }

    /// Expects that nothing was queued, started or sent.
    func expectNothing() async throws {
        #expect(try await account.succeeding("list", "--limit", "0", "--json").json([RunFacts].self).isEmpty)
        #expect(account.stub.calls.filter { ["sagemaker", "batch", "sts", "s3", "ecr"].contains($0.service) }.isEmpty)
    }
}
