import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct ECRLoginTests {
    private func password(_ registry: ECRRegistry) async throws -> String {
        guard case .remote(let host, let login?) = try await registry.access() else { return "" }
        #expect(host == ECRBench.host && login.username == "AWS")
        return login.password.reveal()
    }

    private func fetches(_ bench: ECRBench) -> Int { bench.stub.calls("ecr", "GetAuthorizationToken").count }

    @Test(arguments: ["SWA:AWS:plain", "A", ":", "AWS:"]) func `the password is the complete text after the user name`(
        text: String
    )
        async throws
    {
        let bench = try await ECRBench(password: text)
        #expect(try await password(bench.registry()) == text)
    }

    @Test func `a login is kept until half an hour before its end`() async throws {
        let bench = try await ECRBench()
        let registry = try bench.registry()
        _ = try await password(registry)
        bench.pass(3600)
        _ = try await password(registry)
        #expect(fetches(bench) == 1)
        bench.stub.ecr.login(password: "next", life: 43_200 + 36_000)
        bench.pass(43_200 - 3600 - 30 * 60 + 600)
        #expect(try await password(registry) == "next")
        // The stub's clock differs from the bench's, so the first attempt is refused as skewed.
        let count = fetches(bench)
        #expect(count > 1)
        #expect(try await password(registry) == "next")
        #expect(fetches(bench) == count)
    }

    @Test func `a login is fetched again if the clock was set back before its fetch`() async throws {
        let bench = try await ECRBench()
        let registry = try bench.registry()
        _ = try await password(registry)
        bench.pass(60)
        _ = try await password(registry)
        #expect(fetches(bench) == 1)
        bench.pass(-3600)
        _ = try await password(registry)
        let count = fetches(bench)
        #expect(count > 1)
        _ = try await password(registry)
        #expect(fetches(bench) == count)
    }

    @Test func `all waiters share one fetch`() async throws {
        let bench = try await ECRBench()
        let gate = Gate()
        bench.stub.script("ecr", "GetAuthorizationToken", [.waiting(gate)])
        let registry = try bench.registry()
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 { group.addTask { try await password(registry) } }
            while fetches(bench) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            gate.open()
            for try await found in group { #expect(found == RegistryServer.tokenPassword) }
        }
        #expect(fetches(bench) == 1)
    }

    @Test func `a fetch that failed is not kept`() async throws {
        let bench = try await ECRBench()
        bench.stub.script("ecr", "GetAuthorizationToken", [.error("AccessDeniedException", "no", status: 400)])
        let registry = try bench.registry()
        let error = await #expect(throws: BackendError.self) { _ = try await registry.access() }
        #expect(error?.category == .denied && error?.hint?.contains("ecr:GetAuthorizationToken on *") == true)
        #expect(try await password(registry) == RegistryServer.tokenPassword)
    }

    @Test(arguments: ["AWS:", "other:password", ""]) func `a malformed login is an error`(text: String)
        async throws
    {
        let bench = try await ECRBench()
        let token = Data(text.utf8).base64EncodedString()
        let body = #"{"authorizationData": [{"authorizationToken": "\#(token)", "expiresAt": 4102444800}]}"#
        bench.stub.always(
            "ecr", "GetAuthorizationToken", .answer(.text(body, headers: [("Content-Type", "application/json")])))
        let registry = try bench.registry()
        let error = await #expect(throws: BackendError.self) { _ = try await registry.access() }
        #expect(error?.category == .malformed)
        #expect(text.isEmpty || error?.description.contains(text) == false)
    }

    @Test func `the environment has the login of every ECR registry, fetched once per region`() async throws {
        let bench = try await ECRBench()
        let environment = try bench.environment()
        let offering: any PullLoginOffering = environment
        for account in ["763104351884", "123456789012"] {
            let image = try ImageReference(parsing: "\(account).dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.3")
            let login = try #require(try await offering.login(toPull: image))
            #expect(login.username == "AWS" && login.password.reveal() == RegistryServer.tokenPassword)
        }
        #expect(fetches(bench) == 1)
        for name in ["public.ecr.aws/x/y", "busybox", "docker.io/team/x", "localhost:5000/x"] {
            #expect(try await offering.login(toPull: ImageReference(parsing: name)) == nil)
        }
        #expect(fetches(bench) == 1)
    }
}
