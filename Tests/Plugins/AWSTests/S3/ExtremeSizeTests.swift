import AWSStub
import Foundation
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Sizes that no object can have: no trap, no excessive number of parts, and no omitted object.
@Suite("Extreme sizes in S3", .timeLimit(.minutes(30))) struct ExtremeSizeTests {
    @Test
    func `parts of any size are computed without a trap`() throws {
        let extremes: [Int64] = [0, 1, 5 << 20, 5 << 30, 64 << 40, .max - 1, .max]
        for total in extremes {
            for partSize in [Int64(1), 64 << 10, 5 << 30, .max] {
                let plan = PartPlan(total: total, partSize: partSize)
                for index in [0, 1, plan.count - 1, .max] where index >= 0 {
                    let range = plan.range(index)
                    #expect(range.lowerBound >= 0 && range.upperBound <= total)
                }
            }
            if total > 64 << 40 {
                #expect(throws: AWSError.self) { try PartPlan.upload(total, partSize: 8 << 20) }
            }
        }
    }

    @Test(arguments: ExtremeNumbers.text)
    func `a length that no object can have is rejected`(_ text: String) {
        guard let object = S3Object(key: "k", ["Content-Length": text, "ETag": "\"e\""]) else { return }
        #expect((0...(64 << 40)).contains(object.size))
    }

    @Test
    func `a download of an object of 2^63-1 bytes fails at once with a message and leaves no file`() async throws {
        let bench = try S3StoreTests.bench()
        let folder = try TemporaryDirectory()
        bench.stub.always(
            "s3", "HeadObject",
            .answer(TestAnswer(headers: [("ETag", "\"e\"")], framing: .announced(.max), [.close])))
        let error = await #expect(throws: AWSError.self) {
            try await bench.store().download(bucket: "data", key: "big", to: folder.file("x"))
        }
        #expect(error?.message.contains("no length that an object can have") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test(arguments: ["", "-1", "9223372036854775807", "9223372036854775808", "nan"])
    func `a listing with an object without a size is an error: no object is silently omitted`(_ size: String)
        async throws
    {
        let bench = try S3StoreTests.bench()
        bench.stub.always(
            "s3", "ListObjectsV2",
            .answer(
                .text(
                    "<ListBucketResult><Contents><Key>a</Key><Size>\(size)</Size></Contents></ListBucketResult>",
                    headers: [("Content-Type", "application/xml")])))
        let error = await #expect(throws: AWSError.self) {
            for try await _ in bench.store().list(bucket: "data", prefix: "a") {}
        }
        #expect(error?.message.contains("without a name or a size") == true)
    }

    @Test
    func `an endless listing of empty pages ends`() async throws {
        let bench = try S3StoreTests.bench()
        let pages = Names()
        // A new token each time, because a repeated token ends the listing.
        let server = try TestServer { _ in
            pages.add("")
            return .text(
                "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>\(pages.all.count)"
                    + "</NextContinuationToken></ListBucketResult>", headers: [("Content-Type", "application/xml")])
        }
        let store = S3Store(
            region: "us-east-1", credentials: bench.provider, runtime: bench.runtime(), style: .path
        ) { (_: String) throws(AWSError) in server.url }
        let error = await #expect(throws: AWSError.self) {
            for try await _ in store.list(bucket: "data", prefix: "a") {}
        }
        #expect(error?.kind == .malformed && error?.message.contains("has no end") == true)
        #expect(pages.all.count == 1001)
    }
}
