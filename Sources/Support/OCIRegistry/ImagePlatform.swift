/// The platform of an image: `linux/amd64`, `linux/arm64/v8`.
public struct ImagePlatform: Sendable, Hashable, CustomStringConvertible {
    /// The operating system.
    public var os: String
    /// The processor architecture.
    public var architecture: String
    /// The variant of the architecture, if it has several.
    public var variant: String?

    public init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Parses `os/architecture` or `os/architecture/variant`; nil for other texts.
    public init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
    }

    /// Whether this platform can run images for `wanted`. The variant counts only if both have one.
    public func satisfies(_ wanted: ImagePlatform) -> Bool {
        guard os == wanted.os, architecture == wanted.architecture else { return false }
        guard let variant, let other = wanted.variant else { return true }
        return variant == other
    }

    /// `os/architecture[/variant]`
    public var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}
