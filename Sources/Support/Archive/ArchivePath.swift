/// The rules for names in an archive whose author is not trusted. A program that unpacks an archive applies them to every
/// path and to every link.
///
/// These rules do not read the disk. An unpacker must also not write through a link that it has created: it creates the
/// links after all other entries.
public enum ArchivePath {
    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")

    /// True if the path names an entry below the folder to which it is relative: it is not empty and not absolute, and
    /// has no component that is empty, `.` or `..`, and no zero byte.
    /// - Parameters:
    ///   - maxBytes: the largest length. Linux accepts paths of at most 4,096 bytes, including the folder's own path.
    ///   - maxComponents: the largest number of components.
    public static func isSafe(
        _ path: some Collection<UInt8>, maxBytes: Int = .max, maxComponents: Int = .max
    ) -> Bool {
        guard path.count <= maxBytes, !path.contains(0) else { return false }
        let components = path.split(separator: slash, omittingEmptySubsequences: false)
        return components.count <= maxComponents && !components.contains { $0.isEmpty || isDots($0) }
    }

    /// True if a symbolic link leads to a path below the top folder.
    ///
    /// `..` is only allowed at the beginning: after a component that is a link itself, it could lead anywhere.
    /// - Parameter depth: the number of folders between the top folder and the link.
    public static func staysInside(link target: some Collection<UInt8>, depth: Int) -> Bool {
        guard target.first != slash else { return false }
        let components = target.split(separator: slash).filter { !$0.elementsEqual([dot]) }
        let ups = components.prefix { $0.elementsEqual([dot, dot]) }.count
        return ups <= depth && !components.dropFirst(ups).contains { $0.elementsEqual([dot, dot]) }
    }

    private static func isDots(_ component: some Collection<UInt8>) -> Bool {
        component.elementsEqual([dot]) || component.elementsEqual([dot, dot])
    }
}
