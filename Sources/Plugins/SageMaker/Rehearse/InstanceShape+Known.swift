// From AWS's data on the EC2 types of SageMaker's instance types, May 2026: EC2's DescribeInstanceTypes (DefaultVCpus,
// MemoryInfo, GpuInfo) as recorded in moto 5.2.1, and for p2 and p3 EC2's page of instance types of previous
// generations. Types that are in neither are missing: ml.g7.*, ml.p6e-gb200.*.

extension InstanceShape {
    /// GiB of memory per virtual processor, for families with one ratio for all sizes.
    static let memoryPerCPU: [String: Double] = [
        "c4": 1.875, "c5": 2, "c5d": 2, "c6i": 2, "c6id": 2, "c7i": 2, "c7i-flex": 2, "c8i": 2, "c8i-flex": 2,
        "c5n": 2.625,
        "m4": 4, "m5": 4, "m5d": 4, "m6i": 4, "m6id": 4, "m7i": 4, "m7i-flex": 4, "m8i": 4, "m8i-flex": 4,
        "r5": 8, "r5d": 8, "r6i": 8, "r6id": 8, "r7i": 8, "r8i": 8, "r8i-flex": 8,
        "g4dn": 4, "g5": 4, "g6": 4, "g6e": 8,
    ]

    /// Families with one GPU in each size, except four in 12xlarge and 24xlarge and eight in 48xlarge.
    static let gpuFamilies: Set = ["g4dn", "g5", "g6", "g6e"]

    /// Virtual processors, GiB and GPUs of types that do not follow their family's rule.
    static let irregular: [String: (Int, Double, Int)] = [
        "c4.8xlarge": (36, 60, 0), "c5n.9xlarge": (36, 96, 0), "c5n.18xlarge": (72, 192, 0),
        "t3.medium": (2, 4, 0), "t3.large": (2, 8, 0), "t3.xlarge": (4, 16, 0), "t3.2xlarge": (8, 32, 0),
        "g4dn.16xlarge": (64, 256, 1), "g5.16xlarge": (64, 256, 1), "g6.16xlarge": (64, 256, 1),
        "g6e.16xlarge": (64, 512, 1),
        "g7e.2xlarge": (8, 64, 1), "g7e.4xlarge": (16, 128, 1), "g7e.8xlarge": (32, 256, 1),
        "g7e.12xlarge": (48, 512, 2), "g7e.24xlarge": (96, 1024, 4), "g7e.48xlarge": (192, 2048, 8),
        "p2.xlarge": (4, 61, 1), "p2.8xlarge": (32, 488, 8), "p2.16xlarge": (64, 732, 16),
        "p3.2xlarge": (8, 61, 1), "p3.8xlarge": (32, 244, 4), "p3.16xlarge": (64, 488, 8),
        "p3dn.24xlarge": (96, 768, 8), "p4d.24xlarge": (96, 1152, 8), "p4de.24xlarge": (96, 1152, 8),
        "p5.4xlarge": (16, 256, 1), "p5.48xlarge": (192, 2048, 8), "p5e.48xlarge": (192, 2048, 8),
        "p5en.48xlarge": (192, 2048, 8), "p6-b200.48xlarge": (192, 2048, 8), "p6-b300.48xlarge": (192, 4096, 8),
        "trn1.2xlarge": (8, 32, 0), "trn1.32xlarge": (128, 512, 0), "trn1n.32xlarge": (128, 512, 0),
        "trn2.48xlarge": (192, 2048, 0),
    ]
}
