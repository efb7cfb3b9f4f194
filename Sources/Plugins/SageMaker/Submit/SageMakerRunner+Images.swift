internal import LaunchAWS
public import LaunchPluginKit

extension SageMakerRunner: ImageLookup {
    /// Looks up images of ECR in ECR, regardless of the configured registry, because SageMaker pulls them from there.
    public func registry(over configured: any Registry) -> any Registry { service.registry(over: configured) }
}

extension SageMakerRunner: CrossChecking {
    /// The region of a registry `ecr`: images are built into it, and SageMaker must pull them.
    public func findings(with parts: Parts) -> [Finding] {
        guard let registry = parts.registry as? ECRRegistry else { return [] }
        return [registry.otherRegion(parts, because: "SageMaker pulls images from its own region only")]
            .compactMap(\.self)
    }
}
