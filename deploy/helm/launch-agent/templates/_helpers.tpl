{{/* The name of all objects. Kubernetes allows 63 characters. */}}
{{- define "launch-agent.name" -}}
{{- if contains "launch" .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-launch-agent" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "launch-agent.selector" -}}
app.kubernetes.io/name: launch-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "launch-agent.labels" -}}
{{ include "launch-agent.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "launch-agent.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "launch-agent.name" .) -}}
{{- else -}}
{{- required "serviceAccount.create is false, so serviceAccount.name must name an account that exists" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The configuration as YAML text, whichever way it is given. */}}
{{- define "launch-agent.config" -}}
{{- if kindIs "string" .Values.launchConfig -}}
{{- .Values.launchConfig -}}
{{- else -}}
{{- toYaml (.Values.launchConfig | default dict) -}}
{{- end -}}
{{- end -}}

{{/* 'true' if the state is in PostgreSQL. */}}
{{- define "launch-agent.isShared" -}}
{{- $config := include "launch-agent.config" . | fromYaml -}}
{{- if hasKey $config "Error" -}}
{{- fail (printf "launchConfig is not YAML: %s" (get $config "Error")) -}}
{{- end -}}
{{- $store := get $config "store" | default dict -}}
{{- if eq (get $store "type" | default "sqlite") "postgres" -}}true{{- end -}}
{{- end -}}

{{/* What no schema can say. */}}
{{- define "launch-agent.check" -}}
{{- $config := include "launch-agent.config" . | fromYaml -}}
{{- $shared := include "launch-agent.isShared" . -}}
{{- if not .Values.agent.image -}}
{{- fail "agent.image is empty: push the image of scripts/package to a registry of the cluster and name it here, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/launch:0.1.0" -}}
{{- end -}}
{{- if not (get $config "queues") -}}
{{- fail "launchConfig.queues is empty: name the queues that the agent serves" -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (not $shared) -}}
{{- fail (printf "replicas is %d, and the state is SQLite on one volume, which one agent at a time can use: set replicas to 1, or launchConfig.store to a database (type: postgres)" (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) -}}
{{- fail "metrics.serviceMonitor.enabled is true, but metrics.enabled is false, so there is nothing to monitor" -}}
{{- end -}}
{{- $builder := get (get $config "builder" | default dict) "type" | default "" -}}
{{- if and (eq $builder "buildah") (not .Values.buildah.enabled) -}}
{{- fail "launchConfig.builder.type is buildah, which needs more rights than the agent has: set buildah.enabled to true, and agent.image to the image with buildah" -}}
{{- end -}}
{{- if and .Values.buildah.enabled (not (has $builder (list "buildah" "auto"))) -}}
{{- fail (printf "buildah.enabled gives the agent rights that it does not use, because launchConfig.builder.type is '%s': set it to buildah or auto, or buildah.enabled to false" $builder) -}}
{{- end -}}
{{- range $name, $_ := .Values.queues -}}
{{- if not (has $name (get $config "queues")) -}}
{{- fail (printf "queues.%s is made, but launchConfig.queues does not list it, so no agent would serve it" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "launch-agent.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* newuidmap and newgidmap have file capabilities, and buildah mounts file systems in a user namespace. */}}
{{- define "launch-agent.buildahSecurity" -}}
allowPrivilegeEscalation: true
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
  add: [SETUID, SETGID]
seccompProfile:
  type: Unconfined
{{- end -}}

{{- define "launch-agent.env" -}}
- name: LAUNCH_HOME
  value: /var/lib/launch/state
- name: LAUNCH_CONFIG
  value: /etc/launch/launch-config.yaml
{{- if .Values.postgres.passwordSecret.name }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.postgres.passwordSecret.name }}
      key: {{ .Values.postgres.passwordSecret.key }}
{{- end }}
{{- with .Values.agent.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "launch-agent.mounts" -}}
- {name: config, mountPath: /etc/launch, readOnly: true}
- {name: state, mountPath: /var/lib/launch}
- {name: tmp, mountPath: /tmp}
{{- if .Values.queues }}
- {name: queues, mountPath: /etc/launch-queues, readOnly: true}
{{- end }}
{{- if .Values.postgres.caConfigMap }}
- {name: ca, mountPath: /etc/launch-ca, readOnly: true}
{{- end }}
{{- with .Values.agent.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
