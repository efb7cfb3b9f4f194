import AWSStub
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

/// REST-JSON: paths, queries, bodies and errors. JSON 1.0.
@Suite struct RESTCallTests {
    private static let service = AWSService("eks", name: "EKS", wire: .restJSON)

    /// A service that answers with what it was asked, and refuses the path `/refused`.
    private struct Mirror: StubService {
        let name = "eks"
        var refusal: TestAnswer?

        func isSigned(_ operation: String) -> Bool { true }
        func operation(of request: StubRequest) -> String? { request.signer?.service == "eks" ? "Any" : nil }
        func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
            if let refusal { return refusal }
            let body = request.raw.text
            return .text(
                "{\"method\": \"\(request.raw.method)\", \"target\": \(StubText.quoted(request.raw.target)), "
                    + "\"body\": \(StubText.quoted(body))}", headers: [("Content-Type", "application/json")])
        }
        func refusal(_ error: StubError, requestID: String) -> TestAnswer { StubText.jsonRefusal(error) }
    }

    private static func bench(_ refusal: TestAnswer? = nil) throws -> (ClientBench, AWSClient) {
        let bench = try ClientBench()
        bench.stub.add(Mirror(refusal: refusal))
        return (bench, try bench.client(service))
    }

    /// The stub computes the signature of the request as it arrived, so an unequal path is refused.
    @Test(arguments: ["plain", "a b", "a/b", "é", "50%", "a+b?c=d&e#f", "arn:aws:x:y:1:z/n"])
    func `a value is one part of the path, whatever it contains`(_ value: String) async throws {
        let (bench, client) = try Self.bench()
        _ = try await client.rest(.read("Describe"), RESTCall(.get, "/v1/tags/\(value)/end"))
        let path = try #require(bench.stub.calls.first).request.path
        #expect(path.split(separator: "/").count == 4)
        #expect(bench.stub.calls.first?.request.decodedPath == "/v1/tags/\(value)/end")
    }

    @Test func `query items, body and method arrive`() async throws {
        let (bench, client) = try Self.bench()
        let answer = try await client.rest(
            .write("Tag"),
            RESTCall(
                .put, "/v1/\(greedy: "a/b c")", query: ["tagKeys": "one two", "tagKeys": "three&four", "empty": ""],
                headers: ["x-amz-client-context": "abc"], body: .object(["n": .integer(1)])))
        #expect(answer["method"]?.stringValue == "PUT")
        #expect(answer["body"]?.stringValue == "{\"n\": 1}")
        let request = try #require(bench.stub.calls.first).request
        #expect(request.path == "/v1/a/b%20c")
        #expect(request.query.map(\.value) == ["one two", "three&four", ""])
        #expect(request.raw.header("Content-Type") == "application/json")
        #expect(request.raw.header("x-amz-client-context") == "abc")
    }

    @Test(arguments: ["", ".", ".."]) func `a value that would change the path is refused`(_ value: String) async throws
    {
        let (bench, client) = try Self.bench()
        let error = await failure { () throws(AWSError) in
            try await client.rest(.write("Delete"), RESTCall(.delete, "/v1/things/\(value)"))
        }
        #expect(error?.kind == .invalid && error?.hint != nil)
        #expect(bench.stub.calls.isEmpty)
    }

    @Test func `the class of an error comes from the header or from the body`() async throws {
        let headers = [("Content-Type", "application/json")]
        let cases: [(TestAnswer, String, AWSError.Kind, BackendError.Category)] = [
            (
                .text(
                    "{\"message\": \"no\"}", status: 404,
                    headers: headers + [("x-amzn-ErrorType", "ResourceNotFoundException:http://internal.amazon.com/")]),
                "ResourceNotFoundException", .notFound, .notFound
            ),
            (
                .text("{\"__type\": \"com.amazonaws.eks#ThrottlingException\"}", status: 429, headers: headers),
                "ThrottlingException", .throttle, .throttled
            ),
            (
                .text("{\"code\": \"AccessDeniedException\", \"message\": \"no\"}", status: 403, headers: headers),
                "AccessDeniedException", .auth, .denied
            ),
            (
                .text("{\"code\": \"ClientException\", \"message\": \"no\"}", status: 400, headers: headers),
                "ClientException", .invalid, .invalid
            ),
            (
                .text("{\"code\": \"ServerException\", \"message\": \"no\"}", status: 500, headers: headers),
                "ServerException", .internalFault, .transient
            ),
        ]
        for (answer, code, kind, category) in cases {
            let (_, client) = try Self.bench(answer)
            let error = await failure { () throws(AWSError) in
                try await client.rest(.write("Do"), RESTCall(.post, "/v1/do", body: .object([:])))
            }
            #expect(error?.code == code)
            #expect(error?.kind == kind)
            #expect(error?.backendError.category == category)
        }
    }

    @Test func `an empty reply is a success only where the operation says so`() async throws {
        let (_, client) = try Self.bench(.text(""))
        let good = try await client.rest(
            .write("Delete", mayAnswerNothing: true), RESTCall(.delete, "/v1/things/\("x")"))
        #expect(good == .object([:]))
        let bad = await failure { () throws(AWSError) in
            try await client.rest(.write("Delete"), RESTCall(.delete, "/v1/things/\("x")"))
        }
        #expect(bad?.mayHaveTakenEffect == true)
    }

    @Test func `a service with JSON 1_0 gets its content type`() async throws {
        let bench = try ClientBench()
        bench.stub.add(Mirror(refusal: .text("{}")))
        let service = AWSService(
            "states", name: "Step Functions", wire: .json(target: "AWSStepFunctions", version: .v1_0),
            signingName: "eks")
        _ = try await bench.client(service).json(.read("ListStateMachines"))
        let request = try #require(bench.stub.calls.first).request
        #expect(request.raw.header("Content-Type") == "application/x-amz-json-1.0")
        #expect(request.raw.header("X-Amz-Target") == "AWSStepFunctions.ListStateMachines")
    }

    @Test func `a plugin outside gets its client from the environment of its context`() async throws {
        let bench = try ClientBench()
        bench.stub.add(Mirror())
        let keys = bench.stub.keys.permanent()
        let environment = try AWSEnvironment(
            AWSEnvironmentOptions(region: "eu-west-1", endpointURL: bench.stub.url),
            variables: [
                "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": keys.accessKeyID,
                "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            ], runtime: bench.runtime())
        let context = PluginContext(environment: environment)
        let client = try await AWSEnvironment.of(context, for: "Runs of resource eks").client(Self.service)
        let answer = try await client.rest(.read("ListClusters"), RESTCall(.get, "/clusters"))
        #expect(answer["target"]?.stringValue == "/clusters")
        #expect(bench.stub.calls.first?.request.signer?.region == "eu-west-1")
        let error = #expect(throws: BackendError.self) {
            try AWSEnvironment.of(PluginContext(), for: "Runs of resource eks")
        }
        #expect(error?.category == .configuration && error?.hint?.contains("type: aws") == true)
    }
}
