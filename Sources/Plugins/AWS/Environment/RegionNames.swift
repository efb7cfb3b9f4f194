internal import LaunchPluginKit

/// Errors and warnings about the environment's region.
enum RegionNames {
    /// The error for a missing region.
    static var missing: AWSError {
        AWSError(
            .configuration, "The AWS region is not set.",
            hint: "Set 'region' in the environment of launch-config.yaml, AWS_REGION, or the profile's region.")
    }

    /// Throws for text that cannot be a region, with a suggestion. Warns about a region that may be new.
    static func check(_ region: Setting, log: Logger) throws(AWSError) {
        guard let finding = RegionName.finding(about: region.value, at: FieldPath()) else { return }
        let message = "\(capitalised(finding.message)) (from \(region.origin))"
        guard finding.severity == .error else {
            log.warning(message)
            return
        }
        if case .file(let path, let line) = region.origin {
            throw .configuration(capitalised(finding.message), file: path, line: line, hint: finding.hint)
        }
        throw AWSError(.configuration, message, hint: finding.hint)
    }

    /// Adds a hint to the error if a service cannot be found because its region may not exist.
    static func explained(_ error: AWSError, _ region: Setting?) -> AWSError {
        guard error.kind == .unavailable, let region,
            let finding = RegionName.finding(about: region.value, at: FieldPath())
        else { return error }
        var error = error
        error.hint = "\(capitalised(finding.message)) (from \(region.origin))."
        return error
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }
}
