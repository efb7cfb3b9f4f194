import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

/// The headers of a signed request contain a session token. No reply may send them to another server.
@Suite("Attempts to steal AWS credentials", .timeLimit(.minutes(30)))
struct RedirectAttemptsTests {
    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed`(_ status: Int) async throws {
        let bench = try ClientBench()
        let other = try TestServer { _ in .text("{}") }
        let asked = try TestServer { _ in .text("", status: status, headers: [("Location", "\(other.url)/x")]) }
        for service in [AWSService.sts] {
            let client = try AWSClient(
                service, endpoint: asked.url, region: "us-east-1", credentials: bench.provider, runtime: bench.runtime()
            )
            let error = await failure { () throws(AWSError) in
                try await client.query(.read("GetCallerIdentity"))
            }
            #expect(error?.status == status, "\(error?.message ?? "none")")
        }
        #expect(asked.requestCount > 0)
        #expect(other.requestCount == 0)
    }

    /// S3 reports a bucket's region in a header. A name that would change the host is not a region.
    @Test(arguments: ["evil.example/", "evil.example#", "a@evil.example", "a b", "", "..", "x:1"])
    func `a region that is a host is refused`(_ region: String) async throws {
        let bench = try ClientBench()
        let asked = try TestServer { _ in .text("", status: 301, headers: [("x-amz-bucket-region", region)]) }
        let places = Recorder<String>()
        let store = S3Store(
            region: "us-east-1", credentials: bench.provider, runtime: bench.runtime(), style: .path
        ) { (wanted: String) throws(AWSError) in
            guard wanted != "us-east-1" else { return asked.url }
            do {
                let url = try Endpoint.resolve(service: .s3, region: wanted).url
                places.add(url)
                return url
            } catch {
                throw AWSError(.invalid, "\(error)")
            }
        }
        let error = await failure { () throws(AWSError) in try await store.head(bucket: "data", key: "x") }
        #expect(error != nil)
        #expect(places.all.isEmpty, "\(places.all)")
    }
}
