internal import LaunchCore

extension AWSError {
    /// An invalid setting in a file: the message begins with `FILE:LINE:`.
    package static func configuration(_ message: String, file: String, line: Int? = nil, hint: String? = nil)
        -> AWSError
    {
        let place = [file, line.map(String.init)].compactMap(\.self).joined(separator: ":")
        return AWSError(
            .configuration, "\(place): \(message)", hint: hint,
            diagnostic: Diagnostic(.error, message, hint: hint, file: file, line: line))
    }

    /// An invalid setting at the position of a value.
    package static func configuration(_ message: String, at value: ConfigValue, hint: String? = nil) -> AWSError {
        configuration(message, file: value.file, line: value.line, hint: hint)
    }

    /// An invalid setting of a whole section.
    package static func configuration(_ message: String, at section: ConfigSection, hint: String? = nil) -> AWSError {
        configuration(message, file: section.file, line: section.line, hint: hint)
    }
}
