import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

/// The rights of a rehearsal of a queue's run in the account of the agent: exactly those of the queue's role.
@Suite(.needsEngine, .timeLimit(.minutes(30))) struct RehearsalCredentialsTests {
    private static let role = "arn:aws:iam::123456789012:role/rehearsal"
    /// Requests credentials as an SDK does.
    private static let ask =
        "wget -q -O - ${AWS_CONTAINER_CREDENTIALS_FULL_URI:-http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}"

    @Test
    func `the containers get the credentials of the queue's role, and never those of the agent`() async throws {
        let stub = try AWSStub()
        let keys = stub.keys.session()
        let token = try #require(keys.sessionToken).reveal()
        let setting = [
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": keys.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(), "AWS_SESSION_TOKEN": token,
        ]
        try await World.with(setting: setting) { world in
            let config = try world.folder.write(
                "aws.yaml", "environment: {type: aws, region: us-east-1, endpoint_url: \"\(stub.url)\"}\n")
            let allowed = "allow_credentials: true\n"
            try await world.queue("plain", Guide.queueYAML, resource: "sagemaker")
            try await world.queue("norole", Guide.queueYAML + "\n" + allowed, resource: "sagemaker")
            try await world.queue(
                "role", Guide.queueYAML + "\n\(allowed)rehearsal_role_arn: \(Self.role)\n", resource: "sagemaker")
            func words(_ command: String, _ queue: String) -> [String] {
                [
                    command, "-c", config, "-q", queue, "--image", World.image, "-E", "/bin/sh -c", "--rehearse",
                    "--with-credentials", "--keep-local", "--", Self.ask,
                ]
            }
            for command in ["plan", "submit", "run"] {
                for (queue, says) in [
                    ("plain", "'allow_credentials: true'"), ("norole", "rehearsal_role_arn: arn:aws:iam::"),
                ] {
                    let answer = try await world.launch(words(command, queue))
                    #expect(
                        answer.code == 65 && (answer.output + answer.errors).contains(says),
                        "\(command) \(queue): \(answer)")
                }
            }
            #expect(stub.calls.filter { $0.service == "sts" }.isEmpty)

            let id = try await world.succeeding(words("submit", "role")).word
            try await world.succeeding("agent", "--drain", "-c", config, "-q", "role")
            let run = try await world.facts(of: id)
            #expect(run.state == "succeeded", "\(run)")
            let log = try await world.log(of: id).output
            #expect(log.contains("\"AccessKeyId\":\"ASIA"), "\(log)")
            #expect(!log.contains(keys.accessKeyID) && !log.contains(token))
            let calls = stub.calls("sts", "AssumeRole")
            let form = try #require(calls.first?.request.form)
            #expect(calls.count == 1 && form["RoleArn"] == Self.role)
            #expect(form["RoleSessionName"] == "launch-rehearsal-\(id)")
            #expect(form["Policy"]?.contains("\"iam:*\"") == true)
            #expect(stub.calls("sts", "GetSessionToken").isEmpty)
        }
    }
}
