internal import FoundationEssentials

/// Small JSON objects of an object store, through files of this machine.
struct SmallObjects: Sendable {
    let objects: any ObjectStore
    /// An existing folder for small files.
    let scratch: String

    /// The value of an object; nil if the object does not exist or has more bytes than `limit`.
    /// - Throws: also if the object is not JSON of the type.
    func value<Value: Decodable>(_ type: Value.Type, of uri: String, limit: Int64) async throws -> Value? {
        guard let bytes = try await bytes(of: uri, limit: limit) else { return nil }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// The bytes of an object; nil if the object does not exist or has more bytes than `limit`.
    func bytes(of uri: String, limit: Int64) async throws(BackendError) -> [UInt8]? {
        guard let object = try await objects.object(uri), object.size <= limit else { return nil }
        let path = "\(scratch)/\(UUID().uuidString)"
        defer { try? FileSystem.remove(path) }
        try await objects.download(uri, to: path, progress: nil)
        return try ObjectCalls.local { () throws(FileSystem.Failure) in
            try FileSystem.File(reading: path).bytes(limit: Int(limit))
        }
    }

    /// Writes a value as canonical JSON.
    func put(_ value: some Encodable & Sendable, as uri: String) async throws(BackendError) {
        let data: Data
        do {
            data = try JSON.canonicalData(value)
        } catch {
            throw BackendError(.internalFault, "The object \(uri) cannot be written: \(error).")
        }
        try await put([UInt8](data), as: uri)
    }

    /// Writes bytes as an object.
    func put(_ bytes: [UInt8], as uri: String) async throws(BackendError) {
        let path = "\(scratch)/\(UUID().uuidString)"
        defer { try? FileSystem.remove(path) }
        try ObjectCalls.local { () throws(FileSystem.Failure) in
            try FileSystem.File(creating: path).write(bytes[...])
        }
        try await objects.upload(path, to: uri, progress: nil)
    }
}
