import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

@testable import LaunchBatch

/// The calls compared with boto3's, and made against moto, another implementation of Batch.
@Suite(.timeLimit(.minutes(30))) struct Boto3BatchTests {
    @Test func `boto3 accepts and sends the same requests`() async throws {
        let account = try BatchAccount()
        account.stub.batch.lives(.endless)
        let id = RunID.random()
        let request = try BatchRender(
            BatchAccount.job(
                """
                {"job_queue": "training", "resources": {"VCPU": 0.5, "MEMORY": 2048}, "platform": "FARGATE", "attempts": 3,
                 "evaluate_on_exit": [{"on_status_reason": "Host EC2*", "action": "RETRY"}, {"on_reason": "*", "action": "EXIT"}],
                 "timeout": 90, "array_size": 2, "parameters": {"a": "b"}, "tags": {"team": "x"}, "propagate_tags": true,
                 "share_identifier": "s", "scheduling_priority": 3, "command": ["é", "b"], "container_properties":
                 {"executionRoleArn": "arn:aws:iam::123456789012:role/x", "ephemeralStorage": {"sizeInGiB": 30},
                 "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}}}
                """, id: id)
        ).request()
        let handle = try await account.runner().submit(request, as: id)
        _ = try await account.runner().observe([handle])
        try await account.runner().stop(handle, grace: nil)
        try await account.runner().reach()
        try await account.runner().release(handle)
        let calls = account.stub.calls.filter { $0.service == "batch" }
        #expect(
            Set(calls.map(\.operation)) == [
                "SubmitJob", "DescribeJobs", "ListJobs", "TerminateJob", "RegisterJobDefinition",
                "DescribeJobDefinitions", "DescribeJobQueues", "DeregisterJobDefinition",
            ])
        guard let verdict = try await Boto3Requests.judge(calls, service: "batch") else { return }
        #expect(verdict.differences.isEmpty, "\(verdict.version): \(verdict.differences.joined(separator: "\n"))")
    }

    @Test(.enabled(if: MotoServer.program != nil, "moto_server is not installed"))
    func `a job runs, is found again and observed on moto`() async throws {
        let http = HTTPClient(configuration: .init(proxy: .direct))
        let moto = try await MotoServer(try #require(MotoServer.program), http)
        // Without Docker, moto's jobs succeed at once.
        let simple = HTTPRequest(
            .post, "\(moto.url)/moto-api/config", headers: ["Content-Type": "application/json"],
            body: .bytes([UInt8](#"{"batch": {"use_docker": false}}"#.utf8)))
        #expect(try await http.send(simple).status < 300)
        let home = try TemporaryDirectory()
        let environment = try AWSEnvironment(
            AWSEnvironmentOptions(region: "us-east-1", endpointURL: moto.url),
            variables: [
                "HOME": home.path, "AWS_ACCESS_KEY_ID": "AKIAMOTO", "AWS_SECRET_ACCESS_KEY": "moto",
            ], runtime: AWSRuntime(http: http, userAgent: "test"))
        let role = try await environment.client(.iam).query(
            .write("CreateRole"), ["RoleName": "batch", "AssumeRolePolicyDocument": "{}"])
        let arn = try #require(role["CreateRoleResult"]?["Role"]?.text("Arn"))
        let client = try await environment.client(.batch)
        func call(_ name: String, _ text: String) async throws -> JSONValue {
            try await client.rest(
                .write(name), RESTCall(.post, "/v1/\(name.lowercased())", body: try JSONValue(parsing: text)))
        }
        let compute = try await call(
            "CreateComputeEnvironment",
            "{\"computeEnvironmentName\": \"compute\", \"type\": \"UNMANAGED\", \"state\": \"ENABLED\", \"serviceRole\": \"\(arn)\"}"
        )
        let computeARN = try #require(compute["computeEnvironmentArn"]?.stringValue)
        _ = try await call(
            "CreateJobQueue",
            """
            {"jobQueueName": "training", "state": "ENABLED", "priority": 1,
             "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "\(computeARN)"}]}
            """)

        func runner() -> BatchRunner { BatchRunner(environment, logGroup: JobLogs.defaultGroup, log: .silent) }
        let id = RunID.random()
        let request = try BatchRender(BatchAccount.job(id: id)).request()
        try await runner().reach()
        #expect(try await runner().find(request, as: id) == nil)
        let handle = try await runner().submit(request, as: id)
        #expect(try await runner().submit(request, as: id) == handle)
        #expect(try await runner().find(request, as: id) == handle)
        let seen = try #require(try await runner().observe([handle]).first)
        #expect(seen.phase == .succeeded && seen.cause != nil && seen.endedAt != nil)
        try await runner().stop(handle, grace: nil)
        let service = runner().service
        let name = RunTickets.name(of: id)
        let before = RunTickets(try await service.revisions(of: name))
        #expect(before.revisions.map(\.number) == [1, 2] && before.revisions.allSatisfy(\.isActive))
        #expect(before.job == handle.fields["id"])
        try await runner().release(handle)
        let after = try await service.revisions(of: name)
        #expect(after.filter(\.isActive).isEmpty)
        #expect(try await service.register(try #require(BatchRequest(request).definition)) == 3)
    }
}
