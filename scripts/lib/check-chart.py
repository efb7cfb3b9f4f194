"""The checks of scripts/check-chart. The argument is the path of helm."""

import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml

CHART = pathlib.Path("deploy/helm/launch-agent")
# The oldest and the newest version of Kubernetes whose schemas the objects must fit.
VERSIONS = ["1.25", "1.34"]
SQLITE, POSTGRES, BUILDAH = (CHART / f"ci/{name}.yaml" for name in ("sqlite", "postgres", "buildah"))
# Values that the chart refuses, and a part of the message that says why.
REFUSED = [
    ([], "agent.image is empty"),
    (["--set", "agent.image=x"], "launchConfig.queues is empty"),
    (["-f", SQLITE, "--set", "replicas=2"], "the state is SQLite on one volume"),
    (["-f", SQLITE, "--set", "queues.other.resource=mock,queues.other.config=x"], "no agent would serve it"),
    (["-f", SQLITE, "--set", "launchConfig=["], "launchConfig is not YAML"),
    (["-f", SQLITE, "--set", "serviceAccount.create=false"], "serviceAccount.name must name an account"),
    (["-f", SQLITE, "--set", "agent.imagePullPolicy=Sometimes"], "/agent/imagePullPolicy"),
    (["-f", SQLITE, "--set", "agent.apiKey=x"], "apiKey"),
    (["-f", POSTGRES, "--set", "replicas=-1"], "/replicas"),
    (["-f", POSTGRES, "--set", "metrics.enabled=false"], "there is nothing to monitor"),
    (["-f", SQLITE, "--set", "metrics.port=80"], "/metrics/port"),
    (["-f", BUILDAH, "--set", "buildah.enabled=false"], "buildah, which needs more rights"),
    (["-f", SQLITE, "--set", "buildah.enabled=true"], "rights that it does not use"),
]


def helm(*arguments):
    command = [sys.argv[1], *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def render(*arguments):
    answer = helm("template", "rel", CHART, "--namespace", "ml", *arguments)
    if answer.returncode:
        sys.exit(f"error: helm template {arguments}: {answer.stderr}")
    if "warning" in answer.stderr.lower():
        sys.exit(f"error: helm template {arguments} warns: {answer.stderr}")
    return [item for item in yaml.safe_load_all(answer.stdout) if item]


def expect(condition, text):
    if not condition:
        sys.exit(f"error: {text}")


def by_kind(objects, kind):
    return [item for item in objects if item["kind"] == kind]


def check_pod(objects, name):
    pod = by_kind(objects, "Deployment")[0]["spec"]["template"]["spec"]
    expect(pod["automountServiceAccountToken"] is False, f"{name}: the pod has a token of Kubernetes")
    expect(pod["securityContext"]["runAsUser"] > 0, f"{name}: the pod runs as root")
    expect(pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, f"{name}: no seccomp profile")
    containers = pod["containers"] + pod.get("initContainers", [])
    for container in containers:
        context = container["securityContext"]
        expected = {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
        }
        if name == BUILDAH.name and container["name"] == "agent":
            expected.update({
                "allowPrivilegeEscalation": True, "capabilities": {"drop": ["ALL"], "add": ["SETUID", "SETGID"]},
                "seccompProfile": {"type": "Unconfined"},
            })
        expect(context == expected, f"{name}: {container['name']}: {context}")
        volumes = {volume["name"] for volume in pod["volumes"]}
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        expect(mounted <= volumes, f"{name}: {container['name']} mounts {mounted - volumes}, which is no volume")
    return pod


def main():
    for file in sorted((CHART / "ci").glob("*.yaml")):
        answer = helm("lint", CHART, "--strict", "-f", file)
        expect(answer.returncode == 0, f"helm lint with {file.name}: {answer.stdout}{answer.stderr}")
        objects = render("-f", file)
        for version in VERSIONS:
            for item in objects:
                # Kubernetes has no schema for the objects of operators.
                if item["kind"] != "ServiceMonitor":
                    kubernetes_validate.validate(item, version, strict=True)
        check_pod(objects, file.name)

    sqlite = render("-f", SQLITE)
    deployment = by_kind(sqlite, "Deployment")[0]["spec"]
    expect(deployment["strategy"] == {"type": "Recreate"}, "two agents would use one volume during an upgrade")
    expect(len(by_kind(sqlite, "PersistentVolumeClaim")) == 1, "SQLite has no volume")
    expect(not by_kind(sqlite, "PodDisruptionBudget"), "one replica with a budget blocks the drain of its node")
    account = by_kind(sqlite, "ServiceAccount")[0]["metadata"]
    expect("eks.amazonaws.com/role-arn" in account["annotations"], "the role of IRSA is lost")
    steps = [item["args"][:3] for item in deployment["template"]["spec"]["initContainers"]]
    expect(steps == [["queue", "create", "train"], ["queue", "edit", "train"]], f"the steps of queues are {steps}")
    maps = {item["metadata"]["name"]: item["data"] for item in by_kind(sqlite, "ConfigMap")}
    expect("${project_name}" in maps["rel-launch-agent-queues"]["train"], "a macro of the queue is lost")
    expect(yaml.safe_load(maps["rel-launch-agent"]["launch-config.yaml"])["queues"] == ["train"], "the text is lost")
    existing = render("-f", SQLITE, "--set", "persistence.existingClaim=old")
    expect(not by_kind(existing, "PersistentVolumeClaim"), "a second claim is made")

    postgres = render("-f", POSTGRES)
    expect(not by_kind(postgres, "PersistentVolumeClaim"), "PostgreSQL needs no volume")
    expect(len(by_kind(postgres, "PodDisruptionBudget")) == 1, "several replicas have no budget")
    expect(by_kind(postgres, "Deployment")[0]["spec"]["replicas"] == 3, "the number of replicas is lost")
    secret = [item for item in check_pod(postgres, "postgres")["containers"][0]["env"] if item["name"] == "PGPASSWORD"]
    expect(secret == [{"name": "PGPASSWORD", "valueFrom": {"secretKeyRef": {"name": "launch-db", "key": "password"}}}],
           f"the password is not a reference: {secret}")
    ports = [port["port"] for rule in by_kind(postgres, "NetworkPolicy")[0]["spec"]["egress"] for port in rule["ports"]]
    expect(5432 in ports, "the database cannot be reached")

    agent = check_pod(sqlite, "sqlite")["containers"][0]
    expect(agent["args"][3:5] == ["--metrics", "0.0.0.0:9464"], f"the agent serves no metrics: {agent['args']}")
    expect(agent["livenessProbe"]["httpGet"]["path"] == "/healthz", "the liveness probe does not ask /healthz")
    expect(by_kind(sqlite, "NetworkPolicy")[0]["spec"]["ingress"] == [], "strangers reach the metrics")
    expect(not by_kind(sqlite, "ServiceMonitor"), "a ServiceMonitor needs an operator that may not be there")
    ingress = by_kind(postgres, "NetworkPolicy")[0]["spec"]["ingress"]
    expect([port["port"] for rule in ingress for port in rule["ports"]] == [9464], "Prometheus does not reach the metrics")
    monitor = by_kind(postgres, "ServiceMonitor")[0]
    service = by_kind(postgres, "Service")[0]
    expect(monitor["metadata"]["labels"]["release"] == "prometheus", "the labels of the ServiceMonitor are lost")
    expect(monitor["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"], "the ServiceMonitor has no port")
    bare = check_pod(render("-f", SQLITE, "--set", "metrics.enabled=false"), "no metrics")["containers"][0]
    expect("--metrics" not in bare["args"] and "exec" in bare["readinessProbe"], "the metrics cannot be turned off")

    for arguments, reason in REFUSED:
        answer = helm("template", "rel", CHART, *arguments)
        expect(answer.returncode != 0, f"the chart accepts {arguments}")
        expect(reason in answer.stderr, f"the refusal of {arguments} does not say '{reason}': {answer.stderr}")


main()
