internal import LaunchSafeFiles

extension S3Store {
    /// Downloads an object into a file, in concurrent parts, with bounded memory. Returns the object's metadata.
    ///
    /// The file at `path` is replaced only after a complete download; after any failure it is unchanged. Throws
    /// `conflict` if the object changes meanwhile.
    @discardableResult
    public func download(
        bucket: String, key: String, to path: String, progress: (@Sendable (S3Progress) -> Void)? = nil
    ) async throws(AWSError) -> S3Object {
        let object = try await head(bucket: bucket, key: key)
        let file = try LocalFile.write { () throws(FileFailure) in try AtomicFile(replacing: path) }
        let plan = PartPlan(total: object.size, partSize: tuning.partSize)
        let count = ProgressCount(total: object.size, progress)
        _ = try await PartRunner.run(plan.count, parallelism: tuning.parallelism) { index throws(AWSError) in
            try await self.fetch(plan.range(index), of: object, bucket: bucket, into: file, count)
        }
        try LocalFile.write(file.commit)
        return object
    }

    private static let leastProgress: Int64 = 64 << 10

    /// Downloads one part. After an interruption, continues at the reached position.
    private func fetch(
        _ range: Range<Int64>, of object: S3Object, bucket: String, into file: AtomicFile, _ count: ProgressCount
    ) async throws(AWSError) {
        var position = range.lowerBound
        var attempt = 1
        var counted = position
        while position < range.upperBound {
            do throws(AWSError) {
                let body = try await get(
                    bucket: bucket, key: object.key, range: position..<range.upperBound, etag: object.etag)
                guard body.etag == object.etag else { throw changed(object.key) }
                for try await chunk in body {
                    try LocalFile.write { () throws(FileFailure) in try file.write(chunk, at: position) }
                    position += Int64(chunk.count)
                    count.add(Int64(chunk.count))
                    // Received bytes are progress, so only consecutive interruptions count as attempts. A few bytes
                    // per connection do not count.
                    if position - counted >= Self.leastProgress { (attempt, counted) = (1, position) }
                }
            } catch {
                guard error.isPassing, error.status == nil, attempt < runtime.retry.maxAttempts else { throw error }
                let wait = runtime.retry.wait(after: attempt, error, random: runtime.random())
                try await runtime.clock.pause(wait)
                attempt += 1
            }
        }
    }
}
