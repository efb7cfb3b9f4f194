import Foundation
import LaunchContainerEngine
import LaunchHost
import LocalDockerTestSupport
import LaunchLocalDocker
import Synchronization
import TestSupport
import Testing

/// A loaded engine reserves a container's name seconds before it shows the container.
@Suite struct ReservedNameTests {
    private static let id = String(repeating: "ab", count: 32)

    @Test
    func `Submit waits for a reserved name, and adopts the container when it appears`() async throws {
        let folder = try TemporaryDirectory()
        let labels = Mutex("{}")
        let creations = Atomic(0)
        let engine = try TestServer(unixSocket: folder.file("e.sock")) { request in
            let path = request.target.split(separator: "?")[0]
            if path.hasSuffix("/create") {
                // Another program creates the container during the first ten tries.
                let text = request.text
                if let start = text.range(of: "\"Labels\":"), let end = text[start.upperBound...].firstIndex(of: "}") {
                    labels.withLock { $0 = String(text[start.upperBound...end]) }
                }
                creations.add(1, ordering: .relaxed)
                return .text(#"{"message":"Conflict. The container name is already in use"}"#, status: 409)
            }
            if path.contains("/containers/"), path.hasSuffix("/json") {
                guard creations.load(ordering: .relaxed) > 10 else {
                    return .text(#"{"message":"No such container"}"#, status: 404)
                }
                let labels = labels.withLock { $0 }
                return .text(
                    #"{"Id":"\#(Self.id)","Created":"2026-01-01T00:00:00Z","State":{"Status":"running","Running":true},"#
                        + #""Config":{"Labels":\#(labels)}}"#, status: 200)
            }
            return .text(
                #"{"ApiVersion":"1.41","Version":"20.10.24","MinAPIVersion":"1.12","Os":"linux"}"#,
                headers: [("Api-Version", "1.41")])
        }
        let digest = try #require(Digest(rawValue: "sha256:" + Self.id))
        let image = PinnedImage(reference: digest.rawValue, digest: digest, name: "i:1")
        let runner = LocalDockerRunner(engine: engine.path, variables: [:])
        let job = Jobs.job("true", id: .random(), image: image)
        let handle = try await runner.submit(try runner.render(job), as: job.job.runID)
        #expect(try Jobs.id(handle) == Self.id)
        #expect(creations.load(ordering: .relaxed) == 11)
    }
}
