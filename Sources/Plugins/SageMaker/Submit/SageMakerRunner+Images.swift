internal import AWS
public import LaunchHost

extension SageMakerRunner: ImageLookup {
    /// Images of ECR are looked up in ECR, whatever the configured registry is: SageMaker pulls them from there.
    public func registry(over configured: any Registry) -> any Registry { service.registry(over: configured) }
}
