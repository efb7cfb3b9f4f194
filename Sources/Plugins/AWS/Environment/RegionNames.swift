internal import LaunchHost

/// What is said of the environment's region.
enum RegionNames {
    /// Nobody says one.
    static var missing: AWSError {
        AWSError(
            .configuration, "There is no AWS region.",
            hint: "Give 'region' in the environment of launch-config.yaml, AWS_REGION, or the profile's region.")
    }

    /// Throws for what cannot be a region, with the one that was probably meant; warns of one that may be new.
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

    /// A service that cannot be found may be in a region that there is not.
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
