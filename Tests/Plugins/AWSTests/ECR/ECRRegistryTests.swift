import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct ECRRegistryTests {
    private func failure(
        _ bench: ECRBench, _ reference: String, _ options: [String: JSONValue] = [:]
    ) async throws -> BackendError {
        let parsed = try ImageReference(parsing: reference)
        let registry = try bench.registry(options)
        let error = await #expect(throws: BackendError.self) { _ = try await registry.resolve(parsed) }
        return try #require(error)
    }

    // MARK: platforms

    @Test(
        .enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"),
        arguments: [("linux/amd64", "amd64"), ("linux/arm64", "arm64")])
    func `the image for the platform is selected from an index`(platform: String, architecture: String) async throws {
        let bench = try await ECRBench(serving: true)
        let server = try #require(bench.server)
        let index = try await server.pushIndex("train", tag: "multi", architectures: ["amd64", "arm64"])
        let image = try #require(
            try await bench.registry(["platform": .string(platform)]).resolve(bench.reference("train:multi")))
        #expect(image.digest?.rawValue == index.images[architecture] && image.platform == platform)
        #expect(image.reference == "\(ECRBench.host)/train@\(index.images[architecture] ?? "")")
        #expect(image.name == "\(ECRBench.host)/train:multi")
    }

    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `an image for other platforms is refused with the list of its platforms`() async throws {
        let bench = try await ECRBench(serving: true)
        let server = try #require(bench.server)
        _ = try await server.pushIndex("train", tag: "multi", architectures: ["arm64", "s390x"])
        let index = try await failure(bench, "\(ECRBench.host)/train:multi")
        #expect(index.category == .invalid && index.message.contains("there are linux/arm64, linux/s390x"))
        // The architecture of a single image is in its config, which only the registry itself has.
        _ = try await server.pushImage("train", tag: "single", platform: ("linux", "arm64"))
        let single = try await failure(bench, "\(ECRBench.host)/train:single")
        #expect(single.category == .invalid && single.message.contains("linux/amd64: it is for linux/arm64"))
        let right = try await bench.registry(["platform": .string("linux/arm64")]).resolve(
            bench.reference("train:single"))
        #expect(right?.platform == "linux/arm64")
    }

    @Test func `a registry that cannot be reached leaves the platform open, with a warning`() async throws {
        let bench = try await ECRBench()
        let digest = bench.stub.ecr.add(image: #"{"config":{"digest":"sha256:0"}}"#, tags: ["v1"], to: "train")
        let registry = try bench.registry()
        // Once for all runs: nothing has changed since the first.
        for _ in 0..<3 {
            let image = try await registry.resolve(bench.reference("train:v1"))
            #expect(image?.digest?.rawValue == digest && image?.platform == nil)
        }
        #expect(bench.logged.split(separator: "\n").count { $0.contains("cannot be checked") } == 1)
    }

    // MARK: failures

    @Test func `an image outside ECR is refused with a hint to copy it`() async throws {
        let bench = try await ECRBench()
        for name in ["busybox:1.36", "public.ecr.aws/docker/library/busybox:1.36", "ghcr.io/a/b:1.36"] {
            let error = try await failure(bench, name)
            #expect(error.category == .invalid && error.message.contains("private repositories of ECR only"))
            // The message names no runner, because the registry is independent of runners.
            #expect(!error.description.contains("SageMaker"))
            #expect(try !bench.registry().serves(ImageReference(parsing: name)))
            let hint = try #require(error.hint)
            #expect(hint.contains("docker pull \(name)\n"))
            #expect(hint.contains("docker tag \(name) \(ECRBench.host)/train:1.36\n"))
            #expect(hint.contains("docker push \(ECRBench.host)/train:1.36"))
        }
        #expect(bench.stub.calls.isEmpty)
    }

    @Test func `images of every account and region are served`() async throws {
        let registry = try await ECRBench().registry()
        for name in ["\(ECRBench.host)/train:v1", "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn/x"] {
            #expect(registry.serves(try ImageReference(parsing: name)))
        }
    }

    @Test
    func
        `an image that another account denies is unresolved, because only the runner knows whether its backend may pull it`()
        async throws
    {
        let bench = try await ECRBench()
        bench.stub.ecr.close(account: "210987654321")
        let name = "210987654321.dkr.ecr.us-east-1.amazonaws.com/other:v1"
        let denial = try await failure(bench, name)
        #expect(denial.category == .denied)
        #expect(try await bench.registry().unpinned(ImageReference(parsing: name), after: denial) == nil)
    }

    @Test(arguments: [
        ("ImageNotFound", BackendError.Category?.none), ("InvalidImageTag", .invalid),
        ("ImageTagDoesNotMatchDigest", .invalid), ("KmsError", .denied), ("UpstreamAccessDenied", .denied),
        ("UpstreamTooManyRequests", .throttled), ("UpstreamUnavailable", .transient),
        ("MissingDigestAndTag", .internalFault),
    ])
    func `a failure inside an answer with status 200 is an error`(code: String, category: BackendError.Category?)
        async throws
    {
        let bench = try await ECRBench()
        let body = #"{"images": [], "failures": [{"failureCode": "\#(code)", "failureReason": "Because."}]}"#
        bench.stub.always("ecr", "BatchGetImage", .answer(.text(body, headers: [("Content-Type", "application/json")])))
        guard let category else {
            #expect(try await bench.registry().resolve(bench.reference("train:v1")) == nil)
            return
        }
        let error = try await failure(bench, "\(ECRBench.host)/train:v1")
        #expect(error.category == category && error.message.contains("Because.") && error.message.contains(code))
    }

    @Test func `an empty answer is an error, not a missing image`() async throws {
        let bench = try await ECRBench()
        bench.stub.always("ecr", "BatchGetImage", .answer(.text("{}", headers: [("Content-Type", "application/json")])))
        #expect(try await failure(bench, "\(ECRBench.host)/train:v1").category == .malformed)
    }

    @Test func `a refusal names the permission that the role needs`() async throws {
        let bench = try await ECRBench()
        bench.stub.always("ecr", "BatchGetImage", .error("AccessDeniedException", "not authorized", status: 400))
        let error = try await failure(bench, "\(ECRBench.host)/train:v1")
        #expect(error.category == .denied)
        #expect(
            error.hint?.contains("ecr:BatchGetImage on arn:aws:ecr:us-east-1:123456789012:repository/train") == true)
    }

    @Test func `an image of another account and region is looked up there`() async throws {
        let bench = try await ECRBench()
        let digest = bench.stub.ecr.add(
            image:
                #"{"manifests":[{"digest":"sha256:\#(String(repeating: "c", count: 64))","platform":{"os":"linux","architecture":"amd64"}}]}"#,
            tags: ["v1"], to: "other", account: "210987654321")
        #expect(digest.hasPrefix("sha256:"))
        let name = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/other:v1"
        let image = try await bench.registry().resolve(ImageReference(parsing: name))
        #expect(image?.digest?.hex == String(repeating: "c", count: 64))
        let call = try #require(bench.stub.calls("ecr", "BatchGetImage").last)
        #expect(call.request.signer?.region == "eu-west-1")
        #expect(call.request.raw.text.contains("\"registryId\": \"210987654321\""))
        #expect(call.request.raw.text.contains("application/vnd.oci.image.index.v1+json"))
    }

    // MARK: the repository

    @Test func `a missing repository is created only if that is configured`() async throws {
        let bench = try await ECRBench()
        let uri: [String: JSONValue] = ["uri": .string("\(ECRBench.host)/fresh")]
        let error = try await failure(bench, "\(ECRBench.host)/fresh:v1", uri)
        #expect(error.category == .notFound)
        #expect(
            error.hint?.contains(
                "aws ecr create-repository --region us-east-1 --registry-id 123456789012 --repository-name fresh")
                == true)
        let registry = try bench.registry(uri)
        let place = try bench.reference("fresh:v1")
        let refused = await #expect(throws: BackendError.self) { try await registry.prepare(for: place) }
        #expect(refused?.category == .notFound && !bench.stub.ecr.repositories.contains("123456789012/fresh"))

        let making = try bench.registry(uri.merging(["create_repository": .bool(true)]) { $1 })
        #expect(try await making.resolve(place) == nil)
        #expect(!bench.stub.ecr.repositories.contains("123456789012/fresh"))
        try await making.prepare(for: place)
        #expect(bench.stub.ecr.repositories.contains("123456789012/fresh"))
        // Twice, and by many at once, is the same as once.
        let others = try bench.registry(["uri": .string("\(ECRBench.host)/raced"), "create_repository": .bool(true)])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { try await others.prepare(for: place) } }
            try await group.waitForAll()
        }
        #expect(bench.stub.ecr.repositories.contains("123456789012/raced"))
        let count = bench.stub.calls("ecr", "CreateRepository").count
        try await others.prepare(for: place)
        #expect(bench.stub.calls("ecr", "CreateRepository").count == count)
    }

    @Test func `a repository that another process has created is used`() async throws {
        let bench = try await ECRBench()
        bench.stub.script("ecr", "CreateRepository", [.error("RepositoryAlreadyExistsException")])
        let registry = try bench.registry(["uri": .string("\(ECRBench.host)/fresh"), "create_repository": .bool(true)])
        try await registry.prepare(for: bench.reference("fresh:v1"))
        #expect(bench.stub.calls("ecr", "CreateRepository").count == 1)
    }

    @Test func `destinations are in the configured repository only`() async throws {
        let bench = try await ECRBench()
        let registry = try bench.registry()
        let key = ContentKey(hex: String(repeating: "ab", count: 32))
        for proposed in [nil, "launch-project", "\(ECRBench.host)/train"] {
            let place = try registry.destination(for: key, repository: proposed)
            #expect(place.description == "\(ECRBench.host)/train:\(key.tag)")
        }
        let error = #expect(throws: BackendError.self) {
            _ = try registry.destination(for: key, repository: "\(ECRBench.host)/other")
        }
        #expect(error?.hint?.contains("'destination'") == true)
    }
}
