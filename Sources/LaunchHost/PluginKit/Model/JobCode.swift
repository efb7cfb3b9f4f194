/// A code channel: a folder of code that a job reads as an input channel, beside an image that is not built from it.
public struct CodeChannel: Sendable, Hashable, Codable {
    /// The image that runs the code, as the user wrote it; nil means the image that the queue's template names.
    public var image: String?
    /// Whether `requirements.txt` of the folder is installed before the command starts; nil means no.
    public var installsRequirements: Bool?

    public init(image: String? = nil, installsRequirements: Bool? = nil) {
        self.image = image
        self.installsRequirements = installsRequirements
    }

    /// The name of the input channel.
    public static let name = "code"
    /// The file that the snapshot has in addition to the folder's files: a script for any POSIX `sh` that starts a
    /// command in the folder.
    public static let startFile = ".launch-start"
    /// The file that the snapshot has in addition: the SHA-256 of each file of the folder, as `sha256sum -c` reads it.
    public static let listFile = ".launch-files"
    /// The names that no file of the folder may have.
    package static let ownFiles: Set<String> = [startFile, listFile]
    /// The folder in a container that has the files.
    public static let folder = "/opt/ml/input/data/\(name)"

    /// Runs the start file if it has the SHA-256 in `$0`. At most 256 bytes, the limit of a word of SageMaker.
    package static let check =
        "s=\(folder)/\(startFile);if command -v sha256sum>/dev/null;then h=$(sha256sum<$s);[ \"${h%% *}\" = $0 ]||"
        + "{ echo \"launch: $s is not what was uploaded\">&2;exit 126;};fi;exec sh $s \"$@\""

    /// The words that start a command in the folder, after a check that the folder has the bytes of the snapshot: they have
    /// the SHA-256 of the start file, the start file that of the list, and the list those of the files. So a program that
    /// can write to the object store cannot change what a job runs.
    /// - Parameter installs: whether to install `requirements.txt` before.
    public static func start(_ command: [String], of code: JobCode, installs: Bool) -> [String] {
        ["sh", "-c", check, code.startDigest ?? String(repeating: "0", count: 64), installs ? "install" : "run"]
            + command
    }
}

/// The code of a job, as far as its request depends on it.
public struct JobCode: Sendable, Hashable, Codable {
    /// The name of the snapshot, 64 hex digits; nil if it is not known before the code is fetched.
    public var digest: String?
    /// The number of files.
    public var files: Int
    /// The size of all files in bytes.
    public var bytes: Int64
    /// The longest path in the folder, in bytes of UTF-8.
    public var longestPath: String
    /// Whether the folder has a `requirements.txt`.
    public var hasRequirements: Bool
    /// The SHA-256 of `CodeChannel.startFile` in hex; nil if it is not known before the code is fetched.
    public var startDigest: String?

    public init(
        digest: String?, files: Int, bytes: Int64, longestPath: String, hasRequirements: Bool,
        startDigest: String? = nil
    ) {
        self.digest = digest
        self.files = files
        self.bytes = bytes
        self.longestPath = longestPath
        self.hasRequirements = hasRequirements
        self.startDigest = startDigest
    }

    /// Code that is not known before it is fetched.
    public static let unknown = JobCode(digest: nil, files: 0, bytes: 0, longestPath: "", hasRequirements: true)
}

/// The files of a code snapshot on this machine, with all links replaced by what they name.
public struct CodeFolder: Sendable, Hashable {
    /// One file of the channel.
    public struct File: Sendable, Hashable {
        /// The path in the channel.
        public var path: String
        /// The path in `folder`; another one for a file that is reached by a link.
        public var source: String
        /// The size in bytes.
        public var size: Int64
        /// The SHA-256 of the content in hex.
        public var content: String

        public init(path: String, source: String, size: Int64, content: String) {
            self.path = path
            self.source = source
            self.size = size
            self.content = content
        }
    }

    /// The absolute path of the folder.
    public var folder: String
    /// The name of the snapshot, 64 hex digits.
    public var digest: String
    /// The files, sorted by the bytes of their paths.
    public var files: [File]

    public init(folder: String, digest: String, files: [File]) {
        self.folder = folder
        self.digest = digest
        self.files = files
    }

    /// What a request depends on.
    public var summary: JobCode {
        JobCode(
            digest: digest, files: files.count, bytes: files.reduce(0) { $0 + $1.size },
            longestPath: files.map(\.path).max { $0.utf8.count < $1.utf8.count } ?? "",
            hasRequirements: files.contains { $0.path == "requirements.txt" },
            startDigest: files.first { $0.path == CodeChannel.startFile }?.content)
    }
}

/// The place of one version of code in an object store. `files` is the prefix that a job's channel names; the other
/// objects are outside of it.
public struct CodePlace: Sendable, Hashable, Codable {
    /// The URI below which all code of a queue is, without a slash at its end.
    public var root: String
    /// The name of the snapshot, 64 hex digits.
    public var digest: String

    public init(root: String, digest: String) {
        self.root = root
        self.digest = digest
    }

    /// The prefix of all objects of the version, with a slash at its end.
    package var folder: String { "\(root)/\(digest)/" }
    /// The prefix of the files, with a slash at its end.
    public var files: String { "\(root)/\(digest)/files/" }
    /// The object that is written last: it exists only if all files do.
    public var marker: String { "\(root)/\(digest)/complete.json" }
    /// The object whose time is that of the last recorded use of the version.
    package var used: String { "\(root)/\(digest)/used.json" }
    /// The prefix of the marks of programs that remove the version, with a slash at its end.
    package var removals: String { "\(root)/\(digest)/removing/" }
    /// The object that names the last complete version of one origin.
    /// - Parameter origin: any text that is equal for the versions of one folder.
    public func last(ofOriginNamed origin: String) -> String { "\(root)/last/\(origin).json" }
}

extension Source {
    /// How the source reaches a job without a build; nil if it is an image, or an image is built from it.
    public var channel: CodeChannel? {
        switch self {
        case .code(let code): code.channel
        case .git(let git): git.channel
        case .image, .template, .algorithm, .noImage: nil
        }
    }

    /// The source of the run's image: another one than the source itself for a code channel.
    public var ofImage: Source {
        guard let channel else { return self }
        return channel.image.map { .image($0) } ?? .template
    }

    /// The same source as a code channel.
    public func with(_ channel: CodeChannel) -> Source {
        switch self {
        case .code(var code):
            code.channel = channel
            return .code(code)
        case .git(var git):
            git.channel = channel
            return .git(git)
        case .image, .template, .algorithm, .noImage: return self
        }
    }
}
