extension AWSEnvironment {
    /// The objects that these credentials may reach, with buckets in the environment's region unless S3 says otherwise.
    /// - Throws: kind configuration where no region is known or the endpoint is no URL.
    public func objects(tuning: S3Store.Tuning = .init()) async throws(AWSError) -> S3Store {
        let region = try await region()
        let endpoints = endpoints
        // Emulators and stores of other makers seldom answer to a bucket's own host name.
        let isOverride = try endpoints.place(of: .s3, region: region).isOverride
        return S3Store(
            region: region, credentials: credentials, runtime: runtime, style: isOverride ? .path : .virtualHost,
            tuning: tuning
        ) { region throws(AWSError) in try endpoints.place(of: .s3, region: region).url }
    }
}
