internal import LaunchCrypto

/// The SHA-256 of each file of a code folder, as `sha256sum -c` reads it. Pure.
struct CodeList {
    /// One line for each file whose name has no backslash.
    let text: String
    /// The other files: `sha256sum` escapes their names, and not every version reads that.
    let others: [CodeFolder.File]
    /// The number of files.
    let count: Int

    init(_ files: [CodeFolder.File]) {
        text = files.filter { !$0.path.contains("\\") }.map { "\($0.content)  ./\($0.path)\n" }.joined()
        others = files.filter { $0.path.contains("\\") }
        count = files.count
    }

    /// The SHA-256 of the text in hex.
    var digest: String { SHA256.hex(text.utf8) }
}
