import LaunchContainerEngine
import TestSupport
import Testing

@Suite("Refused pushes")
struct EnginePushTests {
    @Test(arguments: [
        (
            "tag invalid: The image tag 'v1' already exists in the 'train' repository and cannot be overwritten because "
                + "the repository is immutable.", EngineError.Code.conflict
        ),
        ("no basic auth credentials", .denied),
        ("denied: Your authorization token has expired. Reauthenticate and try again.", .denied),
        ("received unexpected HTTP status: 500", .server),
    ])
    func `The registry's message determines the code of the error`(_ words: String, _ code: EngineError.Code)
        async throws
    {
        let server = try TestServer { request in
            request.target.contains("/push")
                ? .text(#"{"errorDetail":{"message":"\#(words)"},"error":"\#(words)"}"#)
                : .text("OK", headers: [("Api-Version", "1.41")])
        }
        let client = try await EngineClient.connect(to: .tcp(host: "127.0.0.1", port: server.port))
        let error = await #expect(throws: EngineError.self) {
            _ = try await client.pushImage("example.com/train", tag: "v1")
        }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.message.contains("example.com/train:v1") == true)
    }
}
