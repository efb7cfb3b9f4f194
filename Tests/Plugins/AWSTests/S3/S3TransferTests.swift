import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

/// Objects in parts: complete, interrupted, cancelled, changed meanwhile.
@Suite(.timeLimit(.minutes(30))) struct S3TransferTests {
    let folder: TemporaryDirectory
    /// A little more than 17 MiB: three parts and a last one of 2 MiB.
    static let bytes = content((17 << 20) + 11)
    var bytes: [UInt8] { Self.bytes }
    let tuning = S3Store.Tuning(partSize: 5 << 20, parallelism: 3)

    /// The given number of bytes, without repeated blocks.
    static func content(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 4096)
        var block: UInt32 = 0
        while bytes.count < count {
            let word = withUnsafeBytes(of: block.bigEndian) { [UInt8]($0) }
            bytes += [[UInt8]](repeating: word, count: 1024).joined()
            block += 1
        }
        return Array(bytes.prefix(count))
    }

    init() throws {
        folder = try TemporaryDirectory()
    }

    @Test
    func `large files are uploaded in parts`() async throws {
        let bench = try S3StoreTests.bench()
        let file = try folder.write("source", bytes)
        let progress = Recorder<S3Progress>()
        bench.stub.script("s3", "UploadPart", [.error("SlowDown", status: 503), .proceed, .reset])
        try await bench.store(tuning: tuning).upload(file: file, bucket: "data", key: "big") { progress.add($0) }
        #expect(bench.stub.s3.content(bucket: "data", key: "big") == bytes)
        #expect(bench.stub.s3.openUploads == 0)
        #expect(progress.all.map(\.done) == progress.all.map(\.done).sorted())
        #expect(progress.all.last == S3Progress(done: Int64(bytes.count), total: Int64(bytes.count)))
        #expect(bench.stub.calls("s3", "UploadPart").count == 6)
    }

    @Test(arguments: [0, 1, 100])
    func `small files are uploaded in one request`(
        _ count: Int
    ) async throws {
        let bench = try S3StoreTests.bench()
        let file = try folder.write("source", Array(bytes.prefix(count)))
        try await bench.store().upload(file: file, bucket: "data", key: "small")
        #expect(bench.stub.calls.map(\.operation) == ["PutObject"])
        try await bench.store().download(bucket: "data", key: "small", to: folder.file("target"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("target"))) == Data(bytes.prefix(count)))
    }

    @Test func `a failed upload leaves nothing`() async throws {
        let bench = try S3StoreTests.bench()
        let file = try folder.write("source", bytes)
        bench.stub.script("s3", "UploadPart", [.proceed, .error("AccessDenied", status: 403)])
        let error = await failure { () throws(AWSError) in
            try await bench.store(tuning: tuning).upload(file: file, bucket: "data", key: "big")
        }
        #expect(error?.kind == .auth)
        #expect(bench.stub.s3.openUploads == 0)
        #expect(bench.stub.s3.size(bucket: "data", key: "big") == nil)
    }

    @Test func `a cancelled upload leaves nothing`() async throws {
        let bench = try S3StoreTests.bench()
        let file = try folder.write("source", bytes)
        let gate = Gate()
        defer { gate.open() }
        bench.stub.always("s3", "UploadPart", .waiting(gate))
        let store = bench.store(tuning: tuning)
        let task = Task {
            await failure { () throws(AWSError) in try await store.upload(file: file, bucket: "data", key: "big") }
        }
        #expect(await eventually { !bench.stub.calls("s3", "UploadPart").isEmpty })
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(bench.stub.s3.openUploads == 0)
    }

    @Test
    func `an error in a reply with status 200 is an error`() async throws {
        let bench = try S3StoreTests.bench()
        let file = try folder.write("source", bytes)
        let body = "<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>We are sorry</Message></Error>"
        bench.stub.script("s3", "CompleteMultipartUpload", [.answer(.text(body))])
        try await bench.store(tuning: tuning).upload(file: file, bucket: "data", key: "big")
        #expect(bench.stub.s3.content(bucket: "data", key: "big") == bytes)
        let denied = body.replacing("InternalError", with: "AccessDenied")
        bench.stub.script("s3", "CompleteMultipartUpload", [.answer(.text(denied))])
        let error = await failure { () throws(AWSError) in
            try await bench.store(tuning: tuning).upload(file: file, bucket: "data", key: "again")
        }
        #expect(error?.kind == .auth)
        #expect(error?.status == 200)
        #expect(bench.stub.s3.openUploads == 0)
    }

    @Test
    func `a lost reply to the completion is not a failure`() async throws {
        let bench = try S3StoreTests.bench()
        let file = try folder.write("source", bytes)
        bench.stub.script("s3", "CompleteMultipartUpload", [.lostAnswer])
        let etag = try await bench.store(tuning: tuning).upload(file: file, bucket: "data", key: "big")
        #expect(etag.hasSuffix("-4\""))
        #expect(bench.stub.s3.content(bucket: "data", key: "big") == bytes)
        // If the object differs from the upload, it is a failure.
        bench.stub.s3.add([1], bucket: "data", key: "else")
        bench.stub.script("s3", "CompleteMultipartUpload", [.error("NoSuchUpload", status: 404)])
        let error = await failure { () throws(AWSError) in
            try await bench.store(tuning: tuning).upload(file: file, bucket: "data", key: "else")
        }
        #expect(error?.code == "NoSuchUpload")
    }

    @Test
    func `large objects are downloaded in parts`() async throws {
        let bench = try S3StoreTests.bench()
        bench.stub.s3.add(bytes, bucket: "data", key: "big")
        let progress = Recorder<S3Progress>()
        // An interrupted part continues at its position.
        let part = TestAnswer(
            206,
            headers: [
                ("ETag", try await bench.store().head(bucket: "data", key: "big").etag),
                ("Content-Range", "bytes 0-\((5 << 20) - 1)/\(bytes.count)"),
            ],
            framing: .announced(5 << 20), [.bytes(Array(bytes.prefix(1 << 20))), .reset])
        bench.stub.script("s3", "GetObject", [.answer(part)])
        let alone = S3Store.Tuning(partSize: 5 << 20, parallelism: 1)
        let object = try await bench.store(tuning: alone).download(
            bucket: "data", key: "big", to: folder.file("target")
        ) { progress.add($0) }
        #expect(object.size == Int64(bytes.count))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("target"))) == Data(bytes))
        #expect(progress.all.last?.done == Int64(bytes.count))
        #expect(bench.stub.calls("s3", "GetObject").count == 5)
    }

    @Test func `a changed object is a conflict`() async throws {
        let bench = try S3StoreTests.bench()
        bench.stub.s3.add(bytes, bucket: "data", key: "big")
        let target = try folder.write("target", "as it was")
        let gate = Gate()
        bench.stub.script("s3", "HeadObject", [.waiting(gate)])
        let store = bench.store(tuning: tuning)
        let target2 = target
        let task = Task {
            await failure { () throws(AWSError) in try await store.download(bucket: "data", key: "big", to: target2) }
        }
        // The metadata is read when the request arrives; the object changes before the reply.
        #expect(await eventually { !bench.stub.calls("s3", "HeadObject").isEmpty })
        #expect(await eventually { bench.stub.s3.reads >= 1 })
        bench.stub.s3.add([1, 2, 3] + bytes, bucket: "data", key: "big")
        gate.open()
        let error = await task.value
        #expect(error?.kind == .conflict, "\(String(describing: error))")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "as it was")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["target"])
    }

    @Test
    func `a server that ignores ranges is detected`() async throws {
        let bench = try S3StoreTests.bench()
        bench.stub.s3.add(bytes, bucket: "data", key: "big")
        bench.stub.always("s3", "GetObject", .answer(TestAnswer([.bytes(bytes)])))
        let error = await failure { () throws(AWSError) in
            try await bench.store(tuning: tuning).download(bucket: "data", key: "big", to: folder.file("target"))
        }
        #expect(error?.message.contains("is not the requested part") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `a file that cannot be uploaded or written is an error`() async throws {
        let bench = try S3StoreTests.bench()
        for path in [folder.file("gone"), folder.path, "/dev/null"] {
            let error = await failure { () throws(AWSError) in
                try await bench.store().upload(file: path, bucket: "data", key: "x")
            }
            #expect(error?.kind == .invalid)
        }
        bench.stub.s3.add([1], bucket: "data", key: "x")
        let error = await failure { () throws(AWSError) in
            try await bench.store().download(bucket: "data", key: "x", to: folder.file("no/such/folder"))
        }
        #expect(error?.kind == .invalid)
    }
}
