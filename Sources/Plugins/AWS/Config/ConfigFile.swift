internal import LaunchHost

/// Reads small files of the set-up.
enum ConfigFile {
    /// More than any configuration or token has, in bytes.
    static let largest = 4 << 20

    /// What a file holds; nil where it does not exist.
    static func bytes(_ path: String) throws(AWSError) -> [UInt8]? {
        let bytes: [UInt8]
        do throws(SmallFile.Fault) {
            bytes = try SmallFile.bytes(of: path, limit: largest)
        } catch {
            if error.isMissing { return nil }
            throw .configuration(
                "The file cannot be read: \(error.message).", file: path,
                hint: "It must be a file that the agent's user may read.")
        }
        guard bytes.count <= largest else {
            throw .configuration("The file is larger than 4 MiB, which no file of this kind is.", file: path)
        }
        return bytes
    }
}
