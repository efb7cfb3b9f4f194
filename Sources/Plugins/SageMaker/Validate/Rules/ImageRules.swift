internal import LaunchPluginKit

extension Rule {
    /// The training image.
    static let image = [
        Rule("image-reference", source: Source.api("AlgorithmSpecification, TrainingImage")) { request in
            guard let image = request.image, !image.isEmpty else { return [] }
            return TrainingImage(image).fault.map {
                [
                    .error(
                        imagePath, "\(Shown.quoted(image)) is not an image: \($0)",
                        hint: "Write REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@sha256:DIGEST.")
                ]
            } ?? []
        },
        Rule("image-registry", source: Source.guide("docker-containers-adapt-your-own-private-registry")) { request in
            // The model's check reports any other mode.
            guard let text = request.image, !text.isEmpty, [nil, "Platform"].contains(request.registryMode) else {
                return []
            }
            let image = TrainingImage(text)
            return .when(
                image.fault == nil && image.ecrRegion == nil,
                .error(
                    imagePath, "\(Shown.quoted(text)) is not in Amazon ECR",
                    hint: "Push it to ECR; or set TrainingImageConfig.TrainingRepositoryAccessMode to Vpc and give a "
                        + "VpcConfig that reaches the registry."))
        },
        Rule("private-registry-vpc", source: Source.guide("docker-containers-adapt-your-own-private-registry")) {
            request in
            .when(
                request.registryMode == "Vpc" && request.document["VpcConfig"] == nil,
                .error(
                    "VpcConfig", "it is missing, and TrainingRepositoryAccessMode Vpc reaches the registry through it"))
        },
        Rule("private-registry-login", source: Source.api("TrainingImageConfig")) { request in
            let config = request.algorithm?["TrainingImageConfig"]
            return .when(
                request.registryMode == "Platform"
                    && config?["TrainingRepositoryAuthConfig"] != nil,
                .warning(
                    "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAuthConfig",
                    "it is for private registries, and the access mode is Platform"))
        },
    ]

    static let imagePath = "AlgorithmSpecification.TrainingImage"
}

/// The parts of an image's name that the rules need, found by position. Only the registry knows whether the image
/// exists.
struct TrainingImage {
    /// The error in the name's form; nil if the form is valid.
    let fault: String?
    /// The region of the ECR registry; nil for every other registry.
    let ecrRegion: String?

    init(_ text: String) {
        (fault, ecrRegion) = (Self.fault(of: text), Self.ecrRegion(of: text))
    }

    private static func fault(of text: String) -> String? {
        if text.hasPrefix("arn:") { return "it is an ARN" }
        if text.contains(bytes: "://") { return "it has a scheme" }
        // The properties of characters are slow, and most texts have visible ASCII characters only.
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        if !isVisible, text.contains(where: \.isWhitespace) { return "it has white space in it" }
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            let digits = parts[1].hasPrefix("sha256:") ? parts[1].dropFirst("sha256:".count) : ""
            guard digits.utf8.count == 64, digits.utf8.allSatisfy(\.isLowerHexDigit) else {
                return "a digest is sha256: and 64 hexadecimal digits"
            }
        }
        let name = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        if name.contains(where: \.isEmpty) { return "a part of its name is empty" }
        let last = (name.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
        if last.count > 2 || last.contains(where: \.isEmpty) { return "its tag is empty or repeated" }
        // A single name has no registry, so its capitals are not checked.
        let repository = name.dropFirst().dropLast() + last.prefix(name.count > 1 ? 1 : 0)
        return repository.contains { $0.firstCapital != nil } ? "a repository's name has no capitals" : nil
    }

    /// `ACCOUNT.dkr.ecr.REGION.SUFFIX`, the same with `ecr-fips`, and `ACCOUNT.dkr-ecr.REGION.SUFFIX`.
    private static func ecrRegion(of text: String) -> String? {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        let words = text[..<slash].split(separator: ".", omittingEmptySubsequences: false)
        guard words.count > 4, words[0].utf8.count == 12, words[0].allSatisfy(\.isWholeNumber) else { return nil }
        if words[1] == "dkr", words[2] == "ecr" || words[2] == "ecr-fips" { return String(words[3]) }
        if words[1] == "dkr-ecr" || words[1] == "dkr-ecr-fips" { return String(words[2]) }
        return nil
    }
}
