import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

/// Objects in one request: transfers, refusals, listings, other regions, presigned URLs.
@Suite struct S3StoreTests {
    static func bench(region: String = "us-east-1") throws -> ClientBench {
        let bench = try ClientBench()
        bench.stub.s3.add(bucket: "data", region: region)
        return bench
    }

    @Test(arguments: ["plain", "a/b/c.txt", "sp ace+plus&=?#%25", "ü/日本", "//two", "~tilde*'()!"])
    func `an object is read back unchanged`(_ key: String) async throws {
        let bench = try Self.bench()
        let store = bench.store()
        let bytes = [UInt8]("content of \(key)".utf8)
        let etag = try await store.put(bytes, bucket: "data", key: key, contentType: "text/plain")
        #expect(bench.stub.s3.content(bucket: "data", key: key) == bytes)
        let object = try await store.head(bucket: "data", key: key)
        #expect(object.size == Int64(bytes.count))
        #expect(object.etag == etag)
        #expect(object.contentType == "text/plain")
        var read: [UInt8] = []
        for try await chunk in try await store.get(bucket: "data", key: key) { read += chunk }
        #expect(read == bytes)
        var part: [UInt8] = []
        for try await chunk in try await store.get(bucket: "data", key: key, range: 3..<7, etag: etag) { part += chunk }
        #expect(part == Array(bytes[3..<7]))
        try await store.delete(bucket: "data", key: key)
        let gone = await failure { () throws(AWSError) in try await store.head(bucket: "data", key: key) }
        #expect(gone?.kind == .notFound)
    }

    @Test(arguments: ["a/b c+&%25.txt", "ü/日本"])
    func `an object is copied inside the store, and a missing one is an error`(_ key: String) async throws {
        let bench = try Self.bench()
        let store = bench.store()
        bench.stub.s3.add([1, 2, 3], bucket: "data", key: key)
        try await store.copy(bucket: "data", key: key, toBucket: "data", key: "copy/\(key)")
        #expect(bench.stub.s3.content(bucket: "data", key: "copy/\(key)") == [1, 2, 3])
        let gone = await failure { () throws(AWSError) in
            try await store.copy(bucket: "data", key: "gone", toBucket: "data", key: "x")
        }
        #expect(gone?.kind == .notFound)
        #expect(bench.stub.s3.content(bucket: "data", key: "x") == nil)
    }

    @Test func `each refusal is an error of its class`() async throws {
        let bench = try Self.bench()
        let store = bench.store()
        let missing = await failure { () throws(AWSError) in try await store.get(bucket: "data", key: "gone") }
        #expect(missing?.code == "NoSuchKey")
        #expect(missing?.kind == .notFound)
        #expect(missing?.description.contains("S3 GetObject") == true)
        let bucket = await failure { () throws(AWSError) in try await store.put([1], bucket: "other", key: "x") }
        #expect(bucket?.code == "NoSuchBucket")
        bench.stub.s3.add([1, 2, 3], bucket: "data", key: "x")
        let stale = await failure { () throws(AWSError) in
            try await store.get(bucket: "data", key: "x", etag: "\"old\"")
        }
        #expect(stale?.kind == .conflict)
        for (bucket, key) in [
            ("UPPER/case", "x"), ("ab", "x"), ("data", ""), ("data", "a/../b"),
            ("data", String(repeating: "k", count: 1025)),
        ] {
            let error = await failure { () throws(AWSError) in try await store.head(bucket: bucket, key: key) }
            #expect(error?.kind == .invalid)
        }
    }

    @Test func `an expired token is renewed although the reply to HEAD has no body`() async throws {
        let bench = try Self.bench()
        bench.stub.s3.add([1, 2, 3], bucket: "data", key: "x")
        bench.stub.s3.add([], bucket: "data", key: "empty")
        for (key, size) in [("x", 3), ("empty", 0)] {
            bench.stub.keys.end(try await bench.provider.credentials())
            #expect(try await bench.store().head(bucket: "data", key: key).size == Int64(size))
        }
        #expect(bench.provider.refreshes.all.count == 2)
        #expect(bench.stub.calls("s3", "GetObject").count == 4)
        // A token whose source has no newer one is expired, not an invalid request.
        let url = bench.stub.url
        let keys = try await bench.provider.credentials()
        bench.stub.keys.end(keys)
        let store = S3Store(region: "us-east-1", credentials: Fixed(keys), runtime: bench.runtime(), style: .path) {
            (_: String) throws(AWSError) in url
        }
        let error = await failure { () throws(AWSError) in try await store.head(bucket: "data", key: "x") }
        #expect(error?.kind == .expired && error?.code == "ExpiredToken", "\(error as Any)")
    }

    @Test func `a wrong clock is corrected although the reply to HEAD has no body`() async throws {
        let bench = try ClientBench(clockOffset: 3600)
        bench.stub.s3.add(bucket: "data")
        bench.stub.s3.add([1], bucket: "data", key: "x")
        #expect(try await bench.store().head(bucket: "data", key: "x").size == 1)
        #expect(bench.stub.requestCount == 2)
    }

    @Test func `a call is retried after SlowDown`() async throws {
        let bench = try Self.bench()
        bench.stub.script("s3", "PutObject", [.error("SlowDown", status: 503), .reset])
        try await bench.store().put([1, 2], bucket: "data", key: "x")
        #expect(bench.stub.s3.size(bucket: "data", key: "x") == 2)
        #expect(bench.stub.calls.map(\.outcome) == ["SlowDown", "reset", "answered"])
        // The second repetition is libcurl's, on a new connection: a PUT may be repeated without a wait.
        #expect(!bench.waits.all.isEmpty)
    }

    @Test func `a listing of several pages has every key once`() async throws {
        let bench = try Self.bench()
        var keys: Set<String> = []
        for index in 0..<2500 { keys.insert("runs/\(index)") }
        keys.formUnion(["runs/a b+c&d<e>\"f", "runs/ünï", "runs/100%", "runs/line\u{1}break"])
        for key in keys { bench.stub.s3.add([UInt8](key.utf8), bucket: "data", key: key) }
        bench.stub.s3.add([1], bucket: "data", key: "other")
        var found: [String] = []
        var pages = 0
        for try await page in bench.store().list(bucket: "data", prefix: "runs/") {
            pages += 1
            found += page.objects.map(\.key)
            #expect(page.objects.allSatisfy { $0.size == Int64($0.key.utf8.count) })
        }
        #expect(pages == 3)
        #expect(found.count == keys.count)
        #expect(Set(found) == keys)
    }

    @Test
    func `a bucket in another region is found`() async throws {
        let bench = try Self.bench(region: "eu-west-1")
        let store = bench.store()
        try await store.put([1], bucket: "data", key: "x")
        #expect(bench.stub.requestCount == 2)
        _ = try await store.head(bucket: "data", key: "x")
        #expect(bench.stub.requestCount == 3)
        #expect(bench.stub.calls.last?.request.signer?.region == "eu-west-1")
    }

    @Test func `a redirect is followed once`() async throws {
        let bench = try Self.bench()
        bench.stub.always(
            "s3", "HeadObject",
            .error("PermanentRedirect", status: 301, headers: [("x-amz-bucket-region", "eu-west-1")]))
        let error = await failure { () throws(AWSError) in try await bench.store().head(bucket: "data", key: "x") }
        #expect(error?.status == 301)
        #expect(bench.stub.requestCount == 2)
    }

    @Test func `presigned URLs need no credentials`() async throws {
        let bench = try Self.bench()
        let store = bench.store()
        let put = try await store.presign(.put, bucket: "data", key: "a b/ü").reveal()
        let answer = try await bench.http.send(HTTPRequest(.put, put, body: .text("hello")))
        #expect(answer.status == 200)
        let get = try await store.presign(.get, bucket: "data", key: "a b/ü", life: .seconds(60))
        let read = try await bench.http.send(HTTPRequest(.get, get.reveal()))
        #expect(read.body == Data("hello".utf8))
        // The URL allows only reading, and only that object.
        #expect(try await bench.http.send(HTTPRequest(.put, get.reveal(), body: .text("no"))).status == 403)
        let other = get.reveal().replacing("a%20b", with: "another")
        #expect(try await bench.http.send(HTTPRequest(.get, other)).status == 403)
        #expect("\(get)" == "<secret>")
        let long = await failure { () throws(AWSError) in
            try await store.presign(.get, bucket: "data", key: "x", life: .seconds(604_801))
        }
        #expect(long?.kind == .invalid)
    }

    @Test(arguments: [
        ("data", "https://data.s3.eu-west-1.amazonaws.com/k"),
        ("with.dot", "https://s3.eu-west-1.amazonaws.com/with.dot/k"),
        ("Upper", "https://s3.eu-west-1.amazonaws.com/Upper/k"),
    ])
    func `a bucket is in the host name if its name fits`(_ bucket: String, _ start: String) async throws {
        let bench = try ClientBench()
        let store = S3Store(region: "eu-west-1", credentials: bench.provider, runtime: bench.runtime()) {
            (region: String) throws(AWSError) in "https://s3.\(region).amazonaws.com"
        }
        #expect(try await store.presign(.get, bucket: bucket, key: "k").reveal().hasPrefix("\(start)?X-Amz-"))
    }
}
