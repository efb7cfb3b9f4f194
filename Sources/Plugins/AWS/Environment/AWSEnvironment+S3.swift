extension AWSEnvironment {
    /// The objects that these credentials can access. Buckets are in the environment's region unless S3 reports
    /// another.
    /// - Throws: kind configuration if no region is known or the endpoint is not a URL.
    public func objects(tuning: S3Store.Tuning = .init()) async throws(AWSError) -> S3Store {
        let region = try await region()
        let endpoints = endpoints
        // Emulators and other stores rarely support a bucket's own host name.
        let isOverride = try endpoints.place(of: .s3, region: region).isOverride
        return S3Store(
            region: region, credentials: credentials, runtime: runtime, style: isOverride ? .path : .virtualHost,
            tuning: tuning
        ) { region throws(AWSError) in try endpoints.place(of: .s3, region: region).url }
    }
}
