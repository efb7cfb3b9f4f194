internal import LaunchCore

/// Reads small configuration files.
enum ConfigFile {
    /// The largest accepted file, in bytes. Configurations and tokens are smaller.
    static let largest = 4 << 20

    /// The content of a file; nil if it does not exist.
    static func bytes(_ path: String) throws(AWSError) -> [UInt8]? {
        let bytes: [UInt8]
        do throws(SmallFile.Fault) {
            bytes = try SmallFile.bytes(of: path, limit: largest)
        } catch {
            if error.isMissing { return nil }
            throw .configuration(
                "The file cannot be read: \(error.message).", file: path,
                hint: "The agent's user must be able to read the file.")
        }
        guard bytes.count <= largest else {
            throw .configuration("The file is larger than 4 MiB, the limit of such files.", file: path)
        }
        return bytes
    }
}
