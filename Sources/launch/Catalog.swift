internal import LaunchAWS
internal import LaunchBatch
internal import LaunchBuilders
internal import LaunchHost
internal import LaunchLocalDocker
internal import LaunchMock
internal import LaunchSageMaker
internal import LaunchSlurm

/// The plugins of this program. A new backend needs only a line here.
let catalog = PluginCatalog(
    environments: [LocalEnvironment.plugin, AWSEnvironment.plugin, MockPlugins.environment],
    registries: [LocalRegistry.plugin, ECRRegistry.plugin, MockPlugins.registry],
    builders: [
        DockerBuilder.plugin, AppendBuilder.plugin, BuildahBuilder.plugin, AutoBuilder.plugin, NoopBuilder.plugin,
        MockPlugins.builder,
    ],
    runners: [
        LocalDockerRunner.plugin, SageMakerRunner.plugin, BatchRunner.plugin, SlurmPlugin.runner, MockPlugins.runner,
    ])
