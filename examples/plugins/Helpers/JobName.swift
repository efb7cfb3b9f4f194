internal import LaunchCrypto
internal import LaunchPluginKit

/// Names of objects at a backend that allows 32 characters.
enum JobName {
    /// The same name in each process for the same request, and another one for another request.
    static func of(_ request: RunRequest) throws(BackendError) -> String {
        do {
            return "launch-\(SHA256.hex(try JSON.canonicalData(request.document)).prefix(24))"
        } catch {
            throw BackendError(.invalid, "The request cannot be written as JSON: \(error)")
        }
    }
}
