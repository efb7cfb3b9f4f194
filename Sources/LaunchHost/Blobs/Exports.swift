@_exported public import LaunchFiles
@_exported public import LaunchPluginKit
