internal import LaunchPluginKit

/// What the configuration says about the Python packages of a source without a Dockerfile.
struct RequirementsOption: Sendable, Hashable {
    /// The file with the packages, as a path in the source.
    var file: String
    /// Whether a source must have the file. The default file may be missing.
    var isRequired: Bool
    /// The option `python`.
    var python: TargetPython?

    private static let usual = "requirements.txt"

    /// The option of `requirements` and `python`; nil if packages are off.
    static func of(_ options: Options) throws(BackendError) -> RequirementsOption? {
        var python: TargetPython?
        if let text = options.string("python") {
            guard let version = TargetPython(parsing: text), text.count == version.text.count else {
                throw BackendError(
                    .invalid, "builder.python is '\(text)'; expected a version of Python 3 such as '3.12'.",
                    hint: "Write python: \"3.12\", with quotes.")
            }
            python = version
        }
        switch options.string("requirements") ?? "auto" {
        case "off":
            guard python == nil else {
                throw BackendError(
                    .invalid, "builder.python is given, and 'requirements: off' makes no use of it.",
                    hint: "Remove one of the two keys.")
            }
            return nil
        case "auto": return RequirementsOption(file: usual, isRequired: false, python: python)
        case let text:
            guard !text.hasPrefix("/"), let file = LayerPath.normalized(text), !file.isEmpty else {
                throw BackendError(
                    .invalid,
                    "builder.requirements is '\(text)'; expected auto, off, or the path of a file in the source.",
                    hint: "Write requirements: auto.")
            }
            return RequirementsOption(file: file, isRequired: true, python: python)
        }
    }

    /// The requirements of a source; nil if it has none.
    func requirements(in context: String) throws(BackendError) -> RequirementsFile? {
        guard try SourceListing.has(file, in: context) else {
            guard isRequired else { return nil }
            throw BackendError(
                .invalid, "builder.requirements names '\(file)', which is not in the source.",
                hint: "Check the path, and that no pattern of .dockerignore excludes it; or write requirements: auto.")
        }
        return try RequirementsFile(file, in: context)
    }
}

/// The Python of a base image, for which packages are chosen.
struct TargetPython: Sendable, Hashable {
    let minor: Int

    /// `3.12`.
    var text: String { "3.\(minor)" }

    /// Parses a version of Python 3, such as `3.12` or `3.12.4`.
    init?(parsing text: String) {
        guard let match = text.firstMatch(of: /^3\.([0-9]{1,2})(?:$|[.a-z])/), let minor = Int(match.1) else {
            return nil
        }
        self.minor = minor
    }

    /// The Python of an image: that of the option `python`, or of the variable `PYTHON_VERSION`, which official images
    /// of Python have.
    /// - Parameter file: the file with the packages, for the message.
    static func of(
        _ option: RequirementsOption, _ settings: ImageSettings, base: ImageReference
    ) throws(BackendError) -> TargetPython {
        if base.tag?.contains("alpine") == true {
            throw BackendError(
                .invalid,
                "builder.base_image: \(base) is an Alpine image by its name, and the packages of \(option.file) are for "
                    + "systems with glibc.",
                hint: "Use a base image of Debian, Ubuntu or Amazon Linux, or a Dockerfile with another builder.")
        }
        let found = settings.environment["PYTHON_VERSION"].flatMap { TargetPython(parsing: $0) }
        if let given = option.python {
            if let found, found != given {
                throw BackendError(
                    .invalid,
                    "builder.python is \(given.text), and the base image \(base) has Python \(found.text).",
                    hint: "Remove the key 'python', or change it to \"\(found.text)\".")
            }
            return given
        }
        guard let found else {
            throw BackendError(
                .invalid,
                "The source has \(option.file), and the base image \(base) does not tell its version of Python: it has no "
                    + "variable PYTHON_VERSION.",
                hint:
                    "Give the version in the builder's block, for example python: \"3.12\". If the base image has the "
                    + "packages already, write requirements: off.")
        }
        return found
    }
}
