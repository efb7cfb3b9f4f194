extension PriceTable {
    /// The prices that this program contains: US dollars per hour, us-east-1.
    ///
    /// AWS changes prices, mostly down. The price of a type that is not listed is unknown.
    static let bundled = PriceTable(region: "us-east-1", parts: [recent, older])

    /// From AWS's price list between June and August 2026. Each price is in the source of at least two public projects
    /// that name that list, or in one that quotes it to the last digit.
    private static let recent = Part(
        asOf: "2026-08",
        hours: [
            "ml.g5.xlarge": 1.408, "ml.g5.2xlarge": 1.515, "ml.g5.4xlarge": 2.03, "ml.g5.8xlarge": 3.06,
            "ml.g5.12xlarge": 7.09, "ml.g5.16xlarge": 5.12, "ml.g5.24xlarge": 10.18, "ml.g5.48xlarge": 20.36,
            "ml.g6.xlarge": 1.1267, "ml.g6.2xlarge": 1.222, "ml.g6.4xlarge": 1.654, "ml.g6.8xlarge": 2.518,
            "ml.g6.12xlarge": 5.752,
            "ml.g6e.xlarge": 2.61, "ml.g6e.2xlarge": 2.8, "ml.g6e.4xlarge": 3.76, "ml.g6e.8xlarge": 5.6607,
            "ml.g6e.12xlarge": 13.12,
            "ml.g7e.2xlarge": 4.2039, "ml.g7e.4xlarge": 4.9977, "ml.g7e.12xlarge": 10.3576,
            "ml.m5.large": 0.115,
            "ml.p4d.24xlarge": 25.251286, "ml.p4de.24xlarge": 31.5641075, "ml.p5.48xlarge": 63.296,
        ])

    /// From https://aws.amazon.com/sagemaker/pricing/ in 2024, compared with copies of that page in public
    /// repositories.
    private static let older = Part(
        asOf: "2024",
        hours: [
            "ml.t3.medium": 0.05, "ml.t3.large": 0.10, "ml.t3.xlarge": 0.20, "ml.t3.2xlarge": 0.399,
            "ml.m4.xlarge": 0.24, "ml.m4.2xlarge": 0.48, "ml.m4.4xlarge": 0.96, "ml.m4.10xlarge": 2.40,
            "ml.m4.16xlarge": 3.84,
            "ml.m5.xlarge": 0.23, "ml.m5.2xlarge": 0.461, "ml.m5.4xlarge": 0.922, "ml.m5.12xlarge": 2.765,
            "ml.m5.24xlarge": 5.53,
            "ml.c5.xlarge": 0.204, "ml.c5.2xlarge": 0.408, "ml.c5.4xlarge": 0.816, "ml.c5.9xlarge": 1.836,
            "ml.c5.18xlarge": 3.672,
            "ml.r5.large": 0.151, "ml.r5.xlarge": 0.302, "ml.r5.2xlarge": 0.605, "ml.r5.4xlarge": 1.21,
            "ml.r5.8xlarge": 2.419, "ml.r5.12xlarge": 3.629, "ml.r5.16xlarge": 4.838, "ml.r5.24xlarge": 7.258,
            "ml.g4dn.xlarge": 0.7364, "ml.g4dn.2xlarge": 0.94, "ml.g4dn.4xlarge": 1.505, "ml.g4dn.8xlarge": 2.72,
            "ml.g4dn.12xlarge": 4.89, "ml.g4dn.16xlarge": 5.44,
            "ml.p2.xlarge": 1.125, "ml.p2.8xlarge": 9.0, "ml.p2.16xlarge": 18.0,
            "ml.p3.2xlarge": 3.825, "ml.p3.8xlarge": 14.688, "ml.p3.16xlarge": 28.152, "ml.p3dn.24xlarge": 35.894,
            "ml.trn1.32xlarge": 28.497,
        ])
}
