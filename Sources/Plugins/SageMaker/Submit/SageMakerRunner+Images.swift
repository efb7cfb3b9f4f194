internal import AWS
public import LaunchHost

extension SageMakerRunner: ImageLookup {
    /// Looks up images of ECR in ECR, regardless of the configured registry, because SageMaker pulls them from there.
    public func registry(over configured: any Registry) -> any Registry { service.registry(over: configured) }
}
