import LaunchBuilders
import LaunchHost
import TestSupport
import Testing

struct BuilderOptionsTests {
    @Test func `the error of the builder noop names the correction`() async throws {
        let builder = try NoopBuilder.plugin.make(Options(), PluginContext())
        let source = BuildSource(
            context: "/nonexistent", digest: "", dockerfile: "Dockerfile", project: "p", queue: nil)
        let error = await #expect(throws: BackendError.self) { _ = try await builder.key(for: source, offline: false) }
        #expect(error?.category == .invalid)
        #expect(
            error?.description
                == "This agent builds no images (builder: noop). Submit a prebuilt image with --image, or set builder: "
                + "{type: docker}.")
    }

    @Test(
        arguments: [
            ("engine", JSONValue.string("dokcer"), "dokcer"), ("engine", .string("ssh://host"), "ssh://host"),
            ("build_args", .object(["A B": .string("x")]), "A B"), ("build_args", .object(["": .string("x")]), "''"),
            ("secrets", .object(["a,b": .string("/etc/hostname")]), "a,b"),
            ("secrets", .object(["a": .string("relative")]), "relative"),
            ("secrets", .object(["a": .string("/no/such/file")]), "/no/such/file"),
            ("secrets", .object(["a": .string("/tmp/x,y")]), "/tmp/x,y"), ("target", .string("--push"), "--push"),
            ("network", .string("a b"), "a b"), ("destination", .string("Upper/x"), "Upper/x"),
            ("destination", .string("h.example.com/x:v1"), "a tag"),
            ("destination", .string("127.0.0.1:18055"), "names no repository"),
            ("destination", .string("localhost:5000"), "names no repository"),
            ("destination", .string("train:5000"), "a tag"),
            ("timeout", .integer(0), "timeout"),
        ])
    func `a wrong option is rejected, and the error quotes its value`(name: String, value: JSONValue, words: String) {
        let error = #expect(throws: BackendError.self) {
            _ = try DockerBuilder.plugin.make(Options([name: value]), PluginContext())
        }
        #expect(error?.category == .invalid)
        #expect(error?.message.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `a Dockerfile outside the context, or an invalid one, is rejected with its position`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("Dockerfile", "FROM scratch\nCOPY --from=$X a b\n")
        let builder = try DockerBuilder.plugin.make(Options(), PluginContext())
        for (name, words) in [
            ("../Dockerfile", "../Dockerfile"), ("/etc/passwd", "/etc/passwd"), ("Dockerfile", ":2:"),
        ] {
            let source = BuildSource(
                context: folder.path, digest: "", dockerfile: name, project: "p", queue: nil)
            let error = await #expect(throws: BackendError.self) {
                _ = try await builder.key(for: source, offline: true)
            }
            #expect(error?.category == .invalid)
            #expect(error?.message.contains(words) == true, "\(error?.description ?? "")")
        }
    }
}
