import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import launch

/// Rules of one runner do not reach the runs of another.
struct RunnerRuleTests {
    private static let own = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train"

    private func desk(region: String) async throws -> Desk {
        var desk = try Desk()
        desk.catalog = catalog
        let config = try desk.folder.write(
            "launch-config.yaml",
            "environment: {type: aws, region: \(region)}\nregistry: {type: ecr, uri: \(Self.own)}\n")
        desk.variables.merge([
            "LAUNCH_CONFIG": config, "AWS_EC2_METADATA_DISABLED": "true", "DOCKER_HOST": "unix:///none.sock",
        ]) { $1 }
        let file = try desk.folder.write(
            "queue.yaml",
            """
            RoleArn: arn:aws:iam::123456789012:role/training
            ResourceConfig: {InstanceType: ml.m5.large, InstanceCount: 1, VolumeSizeInGB: 1}
            OutputDataConfig: {S3OutputPath: "s3://models/x"}
            StoppingCondition: {MaxRuntimeInSeconds: 60}

            """)
        // A queue is made with a configuration that fits.
        let free = try desk.folder.write("free.yaml", "environment: {type: aws, region: \(region)}\n")
        let made = await desk.run("queue create train -r sagemaker --config \(file) -c \(free)")
        try #require(made.code == .ok, "\(made.errors)")
        return desk
    }

    @Test func `an image outside ECR is an error of SageMaker's runs and rehearsals, not of local-docker`() async throws
    {
        let desk = try await desk(region: "us-east-1")
        let sentence = "SageMaker pulls images from private repositories of ECR only"
        for options in ["", " --rehearse"] {
            let plan = await desk.run("plan -q train --image busybox:1\(options)")
            #expect(plan.code == .invalidData && plan.errors.contains(sentence), "\(plan.errors)")
            #expect(plan.errors.contains("docker push \(Self.own):1"))
        }
        let offline = await desk.run("plan -q train --image busybox:1 --offline")
        #expect(offline.code == .invalidData && offline.output.contains("\"busybox:1\" is not in Amazon ECR"))
        // Without an engine the look-up fails, and not the rule.
        let local = await desk.run("plan -r local-docker --image busybox:1")
        #expect(local.code == .unavailable && !local.errors.contains("ECR"), "\(local.errors)")
        let planned = await desk.run("plan -r local-docker --image busybox:1 --offline")
        #expect(planned.code == .ok && planned.output.hasSuffix("findings  none\n"), "\(planned.errors)")
    }

    @Test func `a repository of another region is an error of SageMaker's runs and rehearsals, not of local-docker`()
        async throws
    {
        let desk = try await desk(region: "eu-west-1")
        for options in ["", " --rehearse"] {
            let plan = await desk.run("plan -q train --image \(Self.own):1 --offline\(options)")
            #expect(plan.code == .configuration, "\(plan.errors)")
            #expect(
                plan.errors.contains("launch-config.yaml:2:28: registry.uri: the repository is in region us-east-1"))
            #expect(plan.errors.contains("SageMaker pulls images from its own region only"))
        }
        let agent = await desk.run("agent -q train --drain")
        #expect(agent.code == .configuration, "\(agent.errors)")
        let local = await desk.run("plan -r local-docker --image \(Self.own):1 --offline")
        #expect(local.code == .ok, "\(local.errors)")
        let checked = await desk.run("config check")
        #expect(checked.code == .ok, "\(checked.errors)")
        try desk.folder.write(
            "launch-config.yaml",
            "environment: {type: aws, region: eu-west-1}\nregistry: {type: ecr, uri: \(Self.own)}\n"
                + "runner: {type: sagemaker}\n")
        let named = await desk.run("config check")
        #expect(named.code == .configuration && named.errors.contains("launch-config.yaml:2:28:"), "\(named.errors)")
    }

    @Test(arguments: [
        (
            "",
            "hint: remove it: a local-docker queue has stop_grace for the time between SIGTERM and SIGKILL; SageMaker"
        ),
        ("runner: {type: local-docker}\n", "hint: remove it: a local-docker queue has stop_grace for the time between"),
        (
            "runner: {type: sagemaker}\nenvironment: {type: aws}\n",
            "hint: remove it: SageMaker always gives 120 seconds\n"
        ),
    ])
    func `the runner defines the hint about the grace period`(more: String, hint: String) async throws {
        var desk = try Desk()
        desk.catalog = catalog
        let file = try desk.folder.write("launch-config.yaml", "stopped_run_timeout: 60\n" + more)
        let answer = await desk.run("config check \(file)")
        #expect(answer.code == .configuration && answer.errors.contains(hint), "\(answer.errors)")
        #expect(answer.errors.contains("stop_grace") == !more.contains("sagemaker"))
        #expect(answer.errors.contains("SageMaker") == !more.contains("local-docker"))
    }

    @Test func `an address of ECR in a registry of another type is found with the right block`() async throws {
        var desk = try Desk()
        desk.catalog = catalog
        for address in [Self.own, "arn:aws:ecr:us-east-1:123456789012:repository/train"] {
            let file = try desk.folder.write("launch-config.yaml", "registry: {type: local, uri: \"\(address)\"}\n")
            let answer = await desk.run("config check \(file)")
            #expect(answer.code == .configuration)
            #expect(answer.errors.contains("launch-config.yaml:1:30: \"uri\" in registry (type: local)"))
            #expect(answer.errors.contains("hint: write type: ecr and uri: \(Self.own)\n"), "\(answer.errors)")
        }
        let file = try desk.folder.write("launch-config.yaml", "registry: {type: local, uri: \"arn:aws:s3:::x\"}\n")
        let other = await desk.run("config check \(file)")
        #expect(other.code == .configuration && other.errors.contains("is an ARN"), "\(other.errors)")
    }
}
