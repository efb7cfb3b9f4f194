/// On-demand prices of training, for telling what a run may cost before it costs anything.
///
/// In US dollars an hour, for us-east-1, as https://aws.amazon.com/sagemaker/pricing/ listed them in 2024; compared with what
/// public repositories have copied from there. AWS changes prices, mostly down; what is not in here is unknown.
enum InstancePrices {
    /// When the list was made, for people.
    static let asOf = "2024"
    /// The region that the prices are of.
    static let region = "us-east-1"

    /// The price of an hour, in US dollars; nil where it is not known.
    static func hour(of type: String) -> Double? { hours[type] }

    private static let hours: [String: Double] = [
        "ml.t3.medium": 0.05, "ml.t3.large": 0.10, "ml.t3.xlarge": 0.20, "ml.t3.2xlarge": 0.399,
        "ml.m4.xlarge": 0.24, "ml.m4.2xlarge": 0.48, "ml.m4.4xlarge": 0.96, "ml.m4.10xlarge": 2.40,
        "ml.m4.16xlarge": 3.84,
        "ml.m5.large": 0.115, "ml.m5.xlarge": 0.23, "ml.m5.2xlarge": 0.461, "ml.m5.4xlarge": 0.922,
        "ml.m5.12xlarge": 2.765, "ml.m5.24xlarge": 5.53,
        "ml.c5.xlarge": 0.204, "ml.c5.2xlarge": 0.408, "ml.c5.4xlarge": 0.816, "ml.c5.9xlarge": 1.836,
        "ml.c5.18xlarge": 3.672,
        "ml.r5.large": 0.151, "ml.r5.xlarge": 0.302, "ml.r5.2xlarge": 0.605, "ml.r5.4xlarge": 1.21,
        "ml.r5.8xlarge": 2.419, "ml.r5.12xlarge": 3.629, "ml.r5.16xlarge": 4.838, "ml.r5.24xlarge": 7.258,
        "ml.g4dn.xlarge": 0.7364, "ml.g4dn.2xlarge": 0.94, "ml.g4dn.4xlarge": 1.505, "ml.g4dn.8xlarge": 2.72,
        "ml.g4dn.12xlarge": 4.89, "ml.g4dn.16xlarge": 5.44,
        "ml.g5.xlarge": 1.408, "ml.g5.2xlarge": 1.515, "ml.g5.4xlarge": 2.03, "ml.g5.8xlarge": 3.06,
        "ml.g5.12xlarge": 7.09, "ml.g5.16xlarge": 5.12, "ml.g5.24xlarge": 10.18, "ml.g5.48xlarge": 20.36,
        "ml.p2.xlarge": 1.125, "ml.p2.8xlarge": 9.0, "ml.p2.16xlarge": 18.0,
        "ml.p3.2xlarge": 3.825, "ml.p3.8xlarge": 14.688, "ml.p3.16xlarge": 28.152, "ml.p3dn.24xlarge": 35.894,
        "ml.p4d.24xlarge": 37.688, "ml.p5.48xlarge": 113.068,
        "ml.trn1.32xlarge": 28.497,
    ]
}
