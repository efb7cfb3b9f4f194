import Foundation

/// The objects of a bucket, sorted by the bytes of their keys, as in S3: two encodings of a letter are two keys.
struct S3Keys {
    private var contents: [[UInt8]: S3Content] = [:]

    subscript(key: String) -> S3Content? {
        get { contents[Array(key.utf8)] }
        set { contents[Array(key.utf8)] = newValue }
    }

    /// Makes all objects older.
    mutating func age(by seconds: TimeInterval) {
        for key in contents.keys { contents[key]?.modified.addTimeInterval(-seconds) }
    }

    /// The keys with a prefix after a given key, in the order of their bytes.
    func keys(from prefix: String, after last: String) -> [String] {
        let last = Array(last.utf8)
        return contents.keys
            .filter { $0.starts(with: prefix.utf8) && (last.isEmpty || last.lexicographicallyPrecedes($0)) }
            .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }
}
