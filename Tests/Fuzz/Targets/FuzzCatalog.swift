import LaunchAWS
import LaunchBuilders
import LaunchHost
import LaunchLocalDocker
import LaunchSageMaker

/// The plugins for checking the fields of documents.
let fuzzCatalog = PluginCatalog(
    environments: [LocalEnvironment.plugin, AWSEnvironment.plugin],
    registries: [LocalRegistry.plugin, ECRRegistry.plugin], builders: [DockerBuilder.plugin, NoopBuilder.plugin],
    runners: [LocalDockerRunner.plugin, SageMakerRunner.plugin])
