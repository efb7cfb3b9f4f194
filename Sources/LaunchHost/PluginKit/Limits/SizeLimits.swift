/// Limits of what the program stores of sources and logs, from the top level of `launch-config.yaml`.
package struct SizeLimits: Sendable, Hashable {
    /// The maximum size of a source in bytes: a folder or a checkout, after its `.dockerignore`.
    package var sourceBytes: Int64
    /// The maximum size of a run's archived log in bytes. Later output is not kept.
    package var logBytes: Int64

    /// The default limits: 20 GiB of source and 2 GiB of log.
    package static let standard = SizeLimits(sourceBytes: 20 << 30, logBytes: 2 << 30)

    /// Creates limits in bytes.
    package init(sourceBytes: Int64, logBytes: Int64) {
        self.sourceBytes = sourceBytes
        self.logBytes = logBytes
    }
}

/// The limits of one source.
package struct SourceLimits: Sendable, Hashable {
    /// The maximum size of a Dockerfile in bytes.
    package static let dockerfileBytes = 1 << 20
    /// The maximum depth of nested folders. A path of the system has at most 2,048 parts.
    package static let depth = 256

    /// No limits, for content that the program has accepted before.
    package static let none = SourceLimits(bytes: .max, entries: .max)

    /// The maximum size of all files together, in bytes.
    var bytes: Int64
    /// The maximum number of files, folders and links.
    var entries: Int
    /// The file whose patterns leave files out.
    package var ruleFile = ".dockerignore"
    /// What the files are for: the image, or the code of a job.
    package var purpose = "image"

    /// What to do about files that are too many or too large.
    package var advice: String { "Name in \(ruleFile) what the \(purpose) does not need." }

    /// - Parameters:
    ///   - bytes: the maximum size of all files together, in bytes.
    ///   - entries: the maximum number of files, folders and links.
    package init(bytes: Int64 = SizeLimits.standard.sourceBytes, entries: Int = 1_000_000) {
        self.bytes = bytes
        self.entries = entries
    }

    package func tooDeep(_ path: String) -> LaunchError {
        LaunchError(
            .invalid,
            "the source has folders more than \(Self.depth) deep, below '\(path.prefix(80))…'.",
            hint: "Name the folder in \(ruleFile).")
    }

    /// - Throws: `.invalid` if a number is over its limit.
    package func check(entries: Int, bytes: Int64) throws(LaunchError) {
        guard entries <= self.entries else {
            throw LaunchError(
                .invalid, "the source has more than \(self.entries) files and folders, which is the limit.",
                hint: advice)
        }
        guard bytes <= self.bytes else {
            throw LaunchError(
                .invalid,
                "the source is larger than \(ByteCount.text(self.bytes)), the 'source_size_limit'. "
                    + "Files count with their apparent size, including holes.",
                hint: "Name in \(ruleFile) what the \(purpose) does not need, or raise 'source_size_limit' in "
                    + "launch-config.yaml.")
        }
    }
}

/// Formats byte counts as limits are written in configuration files.
package enum ByteCount {
    /// The number in the largest unit that divides it: `20g`, `512m`, `1000`.
    package static func text(_ bytes: Int64) -> String {
        for (unit, name) in [(Int64(1) << 40, "t"), (1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")]
        where bytes >= unit && bytes % unit == 0 {
            return "\(bytes / unit)\(name)"
        }
        return "\(bytes) bytes"
    }
}
