// Plugins of other services get the client with the environment.
@_exported public import LaunchAWSKit
