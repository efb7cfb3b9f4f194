/// What an image runs on: `linux/amd64`, `linux/arm64/v8`.
public struct ImagePlatform: Sendable, Hashable, CustomStringConvertible {
    /// The operating system.
    public var os: String
    /// The processor.
    public var architecture: String
    /// The processor's variant, where there are several.
    public var variant: String?

    /// A platform from its parts.
    public init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Reads `os/architecture` or `os/architecture/variant`; nil for anything else.
    public init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
    }

    /// Whether what needs `wanted` runs here; a variant counts only where both name one.
    public func satisfies(_ wanted: ImagePlatform) -> Bool {
        guard os == wanted.os, architecture == wanted.architecture else { return false }
        guard let variant, let other = wanted.variant else { return true }
        return variant == other
    }

    /// `os/architecture[/variant]`
    public var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}
