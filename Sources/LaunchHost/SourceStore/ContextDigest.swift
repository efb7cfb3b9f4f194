internal import Crypto

/// Names the content of a context: equal paths, kinds, permission bits, bytes and link targets give the same name.
///
/// Times, owners and the order in which a file system lists its folders have no part in it. The permission bits are in it
/// whole, because `COPY` takes them into the image.
public struct ContextDigest: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hex digits.
    public let hex: String
    /// The hash of each file's content, by its place in the list of entries; nil for what is no file.
    let contents: [String?]

    /// The digits.
    public var description: String { hex }

    /// The digest of all that is in a folder, without any rules: of a snapshot, or of what a builder is given.
    /// - Throws: `.invalid` or `.denied` where the folder or something in it cannot be read.
    public static func of(folder: String) async throws(LaunchError) -> ContextDigest {
        try await SourceWork.run { work throws(LaunchError) in
            try ContextDigest(of: ContextScan(of: folder, ignoring: .none, work: work), work: work)
        }
    }

    /// Reads all files of a scan, in pieces.
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

    /// Every field has its length in front, so that no two lists of entries can give the same bytes.
    private static func add(_ text: String, to hash: inout SHA256) {
        hash.update("\(text.utf8.count):\(text)".utf8)
    }

    private static func content(
        of entry: ContextEntry, in root: SourceRoot, meter: inout SourceWork.Meter
    ) throws(LaunchError) -> String {
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
