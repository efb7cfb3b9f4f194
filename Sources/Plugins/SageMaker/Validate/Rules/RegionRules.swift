internal import LaunchAWS
internal import LaunchPluginKit

extension Rule {
    /// Values that must be in the job's region or partition; skipped if the region is unknown.
    static let regions = [
        Rule("image-region", source: Source.guide("docker-containers-adapt-your-own-private-registry")) { request in
            guard let region = request.region, let image = request.image, let found = TrainingImage(image).ecrRegion,
                found != region
            else { return [] }
            return [.warning(imagePath, "the image is in \(found), and the job in \(region)")]
        },
        Rule("role-partition", source: Source.api("CreateTrainingJob, RoleArn")) { request in
            guard let region = request.region, let partition = Partition.of(region: region),
                let role = request.document["RoleArn"].text.flatMap({ ARN($0) }), role.partition != partition.id
            else { return [] }
            return [
                .warning(
                    "RoleArn", "the role is in the partition \(role.partition), and \(region) is in \(partition.id)")
            ]
        },
    ]
}
