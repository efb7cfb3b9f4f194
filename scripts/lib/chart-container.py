"""Usage: chart-container.py HELM FOLDER [OPTIONS OF HELM]

Renders the chart deploy/helm/launch-agent and prints, as lines of words for a shell, how `docker run` makes each container
of its pod: the init containers in their order, then the agent. User, capabilities, privileges, file system, mounts,
variables and arguments are those of the pod. ConfigMaps of the chart are written below FOLDER, which has the others already.
An empty volume is a tmpfs. Volumes of a claim are volumes of the engine with the name of the release. A variable from a
secret has the value that it has for the caller of `docker run`.
"""

import pathlib
import shlex
import subprocess
import sys

import yaml


def options(pod, container, maps, folder):
    """The options of `docker run`."""
    context = {**pod["securityContext"], **container["securityContext"]}
    profile = {"RuntimeDefault": [], "Unconfined": ["--security-opt", "seccomp=unconfined"]}
    words = ["--user", f"{context['runAsUser']}:{context['runAsGroup']}", *profile[context["seccompProfile"]["type"]]]
    if context["readOnlyRootFilesystem"]:
        words.append("--read-only")
    if not context["allowPrivilegeEscalation"]:
        words += ["--security-opt", "no-new-privileges"]
    for verb in ("drop", "add"):
        for name in context["capabilities"].get(verb, []):
            words += [f"--cap-{verb}", name]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in container["volumeMounts"]:
        volume, path = volumes[mount["name"]], mount["mountPath"]
        if "emptyDir" in volume:
            # With a mode alone, docker takes that of the image's folder.
            words += ["--tmpfs", f"{path}:uid={context['runAsUser']},gid={context['runAsGroup']},mode=0770"]
        elif "persistentVolumeClaim" in volume:
            words += ["--volume", f"{volume['persistentVolumeClaim']['claimName']}:{path}"]
        else:
            name = volume["configMap"]["name"]
            source = folder / name
            source.mkdir(exist_ok=True)
            for key, text in maps.get(name, {}).items():
                (source / key).write_text(text)
            words += ["--volume", f"{source}:{path}:ro"]
    for variable in container["env"]:
        value = "" if "valueFrom" in variable else f"={variable['value']}"
        words += ["--env", variable["name"] + value]
    return words


def main():
    helm, folder, *more = sys.argv[1:]
    answer = subprocess.run(
        [helm, "template", "launch", "deploy/helm/launch-agent", *more], capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(answer.stderr)
    objects = [item for item in yaml.safe_load_all(answer.stdout) if item]
    maps = {item["metadata"]["name"]: item["data"] for item in objects if item["kind"] == "ConfigMap"}
    pod = next(item for item in objects if item["kind"] == "Deployment")["spec"]["template"]["spec"]
    for container in pod.get("initContainers", []) + pod["containers"]:
        words = options(pod, container, maps, pathlib.Path(folder))
        print(shlex.join([*words, container["image"], *container["args"]]))


if len(sys.argv) < 3:
    sys.exit(__doc__)
main()
