import AWS
import Builders
import LaunchHost
import LocalDocker
import SageMaker

/// The plugins for checking the fields of documents.
let fuzzCatalog = PluginCatalog(
    environments: [LocalEnvironment.plugin, AWSEnvironment.plugin],
    registries: [LocalRegistry.plugin, ECRRegistry.plugin], builders: [DockerBuilder.plugin, NoopBuilder.plugin],
    runners: [LocalDockerRunner.plugin, SageMakerRunner.plugin])
