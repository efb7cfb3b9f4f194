internal import FoundationEssentials
internal import Glibc

/// Reads the JSON files of docker's and podman's command lines.
enum DockerFile {
    /// The largest file that is read, in bytes.
    private static let limit: Int64 = 1 << 20

    /// The content of a small file; nil if it does not exist, is empty, or is not a regular file.
    /// - Throws: `invalid` with the file and the reason if it is not readable, or has another format. Docker's command
    ///   line warns of such a file too: the login or the context in it is not used.
    static func read<T: Decodable>(_ type: T.Type, _ path: String) throws(EngineError) -> T? {
        // A pipe could block the read, and a device could fill the memory.
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
        guard status.st_size <= limit else { throw fault(path, "it is larger than \(limit >> 20) MiB") }
        guard access(path, R_OK) == 0, let data = FileManager.default.contents(atPath: path) else {
            throw fault(path, "reading it is not permitted")
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw fault(path, words(for: error))
        }
    }

    private static func fault(_ path: String, _ why: String) -> EngineError {
        EngineError(
            .invalid, "\(path) is not used: \(why).", hint: "Correct the file, or remove it and log in again.")
    }

    /// The reason, without values of the file, because the file may contain passwords.
    private static func words(for error: any Error) -> String {
        guard case DecodingError.typeMismatch(_, let context) = error else { return "it is not valid JSON" }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "it is not a JSON object" : "the value of '\(path)' has the wrong type"
    }
}
