internal import LaunchCrypto

/// A digest of the content of a context: equal paths, kinds, permission bits, bytes and link targets have equal
/// digests.
///
/// Times, owners and the order of entries in the file system have no effect. All permission bits are included, because
/// `COPY` copies them to the image.
public struct ContextDigest: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hex digits.
    public let hex: String
    /// The hash of each file's content, by its index in the list of entries; nil for an entry that is not a file.
    let contents: [String?]

    public var description: String { hex }

    /// The digest of everything in a folder, without ignore rules: of a snapshot, or of the context that a builder
    /// gets.
    /// - Throws: `.invalid` or `.denied` if the folder or an entry in it cannot be read.
    public static func of(folder: String) async throws(LaunchError) -> ContextDigest {
        try await SourceWork.run { work throws(LaunchError) in
            try ContextDigest(of: ContextScan(of: folder, ignoring: .none, work: work), work: work)
        }
    }

    /// Reads all files of a scan in chunks.
    init(of scan: ContextScan, work: SourceWork) throws(LaunchError) {
        let root = try SourceRoot(scan.folder)
        var meter = work.meter(.hash)
        var whole = SHA256()
        var contents: [String?] = []
        Self.add("launch context 1", to: &whole)
        for entry in scan.entries {
            Self.add(entry.path, to: &whole)
            Self.add(String(entry.mode, radix: 8), to: &whole)
            switch entry.kind {
            case .folder:
                Self.add("folder", to: &whole)
                contents.append(nil)
            case .link(let target):
                Self.add("link", to: &whole)
                Self.add(target, to: &whole)
                contents.append(nil)
            case .file:
                let content = try Self.content(of: entry, in: root, meter: &meter)
                Self.add("file", to: &whole)
                Self.add(content, to: &whole)
                contents.append(content)
            }
            try meter.add(entries: 1)
        }
        hex = Hex.encode(whole.finalize())
        self.contents = contents
    }

    /// The length precedes every field, so that different lists of entries cannot result in the same bytes.
    private static func add(_ text: String, to hash: inout SHA256) {
        hash.update("\(text.utf8.count):\(text)".utf8)
    }

    private static func content(
        of entry: ContextEntry, in root: SourceRoot, meter: inout SourceWork.Meter
    ) throws(LaunchError) -> String {
        if let known = entry.content { return known }
        var hash = SHA256()
        if let generated = entry.generated {
            hash.update(generated)
            return Hex.encode(hash.finalize())
        }
        do {
            let file = try root.file(entry.path)
            var buffer = [UInt8](repeating: 0, count: 256 << 10)
            while case let count = try file.read(into: &buffer), count > 0 {
                hash.update(buffer.prefix(count))
                try meter.add(bytes: Int64(count))
            }
        } catch let failure as FileSystem.Failure {
            throw LaunchError(
                failure.isMissing ? .tryAgain : .denied,
                "'\(entry.path)' of the source cannot be read: \(failure.why).",
                hint: failure.isMissing ? "It went away while the source was being read." : nil)
        } catch let error as LaunchError {
            throw error
        } catch {
            throw LaunchError(.internalFault, "'\(entry.path)' cannot be read: \(error).")
        }
        return Hex.encode(hash.finalize())
    }
}
