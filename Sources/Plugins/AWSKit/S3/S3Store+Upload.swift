internal import FoundationEssentials
internal import LaunchHTTP

extension S3Store {
    /// Uploads a file as an object: in one request up to the size of two parts, in parts above. Returns its ETag.
    ///
    /// A failed or cancelled upload leaves nothing in the bucket. Throws `conflict` if the file changes meanwhile.
    @discardableResult
    public func upload(
        file path: String, bucket: String, key: String, contentType: String? = nil,
        progress: (@Sendable (S3Progress) -> Void)? = nil
    ) async throws(AWSError) -> String {
        let stamp = try LocalFile.Stamp(path)
        let plan = try PartPlan.upload(stamp.size, partSize: tuning.partSize)
        let count = ProgressCount(total: stamp.size, progress)
        if stamp.size <= plan.partSize * 2 {
            let etag = try await put(
                try await Self.payload(path, 0..<stamp.size), bucket: bucket, key: key, contentType: contentType)
            try Self.check(path, stamp)
            count.add(stamp.size)
            return etag
        }
        let upload = try await S3MultipartUpload(self, bucket: bucket, key: key, contentType: contentType)
        do throws(AWSError) {
            let etags = try await PartRunner.run(plan.count, parallelism: tuning.parallelism) {
                index throws(AWSError) in
                let range = plan.range(index)
                let etag = try await upload.send(part: index + 1, try await Self.payload(path, range))
                count.add(Int64(range.count))
                return etag
            }
            try Self.check(path, stamp)
            return try await upload.complete(etags, size: stamp.size)
        } catch {
            await upload.abort()
            throw error
        }
    }

    private static func payload(_ path: String, _ range: Range<Int64>) async throws(AWSError) -> Exchange.Payload {
        // The hash is computed before sending, so that S3 refuses bytes that changed later, also on the disk.
        .file(
            path: path, offset: range.lowerBound, length: Int64(range.count),
            sha256: try await LocalFile.sha256(path, range))
    }

    private static func check(_ path: String, _ stamp: LocalFile.Stamp) throws(AWSError) {
        guard try LocalFile.Stamp(path) == stamp else {
            throw AWSError(.conflict, "\(path) was changed while it was uploaded.")
        }
    }
}
