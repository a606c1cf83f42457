// What the kubelet and the scheduler say. No cluster is at hand where the tests run: each cites where its text stands.

import { at, finalStage, found } from "../evidence.ts";
import { oneCause } from "../oneCause.ts";
import { defineSymptom, type Symptom } from "../symptom.ts";

const kubelet = (file: string, text: string) => ({ source: `kubernetes/kubernetes, ${file}`, text });

export const kubernetesSymptoms: readonly Symptom[] = [
  oneCause({
    id: "k8s/image-pull",
    title: "The image can't be pulled",
    tools: "kubelet",
    match: [
      { has: "ImagePullBackOff", line: /ImagePullBackOff/ },
      { has: "ErrImagePull", line: /ErrImagePull/ },
      { has: "Back-off pulling image", line: /Back-off pulling image "(?<image>[^"]+)"/ },
      { has: "Failed to pull image", line: /Failed to pull image "(?<image>[^"]+)"/ },
    ],
    known: kubelet(
      "pkg/kubelet/images/image_manager.go",
      '  Warning  Failed   12s   kubelet  Failed to pull image "registry.corp.example/shop:v1": rpc error: code = Unknown desc = unauthorized\n  Normal   BackOff  1s    kubelet  Back-off pulling image "registry.corp.example/shop:v1"\n',
    ),
    cause: "pull",
    happened: ({ field }) =>
      `The node could not pull ${field("image") || "the image"}: no such tag, no credentials in this namespace (imagePullSecrets), or a registry that the node does not reach.`,
    fix: "The event above it has the registry's words. The node pulls, not you: your docker login does not count.",
    commands: "kubectl describe pod POD\nkubectl get secret REGCRED -o jsonpath='{.type}'",
    check: "kubectl rollout status deployment/NAME",
  }),
  oneCause({
    id: "k8s/crash-loop",
    title: "The container ends again and again",
    tools: "kubelet",
    match: [
      { has: "CrashLoopBackOff", line: /CrashLoopBackOff/ },
      { has: "Back-off restarting failed container", line: /Back-off restarting failed container/ },
    ],
    isConsequence: true,
    known: kubelet(
      "pkg/kubelet/kuberuntime/kuberuntime_manager.go",
      "  Warning  BackOff  3s (x8 over 92s)  kubelet  Back-off restarting failed container shop in pod shop-5d9c7\n",
    ),
    cause: "crash",
    happened: "The program started and ended; what it said is in the log of the run before.",
    fix: "Read that log, and explain it: kubectl logs POD --previous | fairlead explain -",
    commands: "kubectl logs POD --previous\nkubectl get pod POD -o jsonpath='{.status.containerStatuses[0].lastState}'",
    check: "kubectl get pods",
  }),
  oneCause({
    id: "k8s/oom",
    title: "The container took more memory than it may",
    tools: "kubelet",
    match: [{ has: "OOMKilled", line: /OOMKilled/ }],
    known: kubelet(
      "pkg/kubelet/kuberuntime/helpers.go",
      "    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n",
    ),
    cause: "memory",
    happened: "The kernel ended the program when it went past its memory limit.",
    fix: "Raise the limit, or tell the Go runtime of it: GOMEMLIMIT at nine tenths of it makes the collector work harder before the limit is reached.",
    commands: "kubectl top pod POD --containers\nkubectl set env deployment/NAME GOMEMLIMIT=450MiB",
    check: "kubectl get pod POD -o jsonpath='{.status.containerStatuses[0].lastState}'",
  }),
  defineSymptom({
    id: "k8s/run-as-non-root",
    title: "The pod must not run as root, and the image does",
    tools: "kubelet",
    match: [
      {
        has: "runAsNonRoot",
        line: /container has runAsNonRoot and image (?<why>will run as root|has non-numeric user \((?<user>[^)]*)\))/,
      },
    ],
    rules: ["docker/root-user"],
    known: kubelet(
      "pkg/kubelet/kuberuntime/security_context.go",
      'Error: container has runAsNonRoot and image will run as root (pod: "shop-5d9c7_default(…)", container: shop)\n',
    ),
    causes: [
      {
        id: "image",
        when: async ({ project }) => {
          const last = await finalStage(project);
          if (last === undefined) return undefined;
          const user = last.dockerfile.instructions.findLast(
            ({ keyword, stage }) => keyword === "USER" && stage === last.stage.index,
          );
          return found(
            at(
              last.dockerfile,
              user ?? last.stage.from,
              user === undefined ? "the final stage, which sets no USER" : "a name, which the kubelet can't check",
            ),
          );
        },
        happened: ({ field }) =>
          `The kubelet must see that the user is not root, and the image ${field("user") === "" ? "sets none, which means root" : `names ${field("user")}, which could be anybody`}.`,
        fix: "Set a number in the final stage, or runAsUser in the pod.",
        commands: "USER 65532:65532",
        check: "docker image inspect --format '{{.Config.User}}' IMAGE",
      },
      {
        id: "general",
        happened: "The kubelet must see that the user is not root, and the image sets none, or a name.",
        fix: "Set a number.",
        commands: "USER 65532:65532",
        check: "docker image inspect --format '{{.Config.User}}' IMAGE",
      },
    ],
  }),
  oneCause({
    id: "k8s/config-missing",
    title: "A ConfigMap or Secret is not there",
    tools: "kubelet",
    match: [
      { has: "CreateContainerConfigError", line: /CreateContainerConfigError/ },
      {
        has: "not found",
        line: /(?:Error: |MountVolume\.SetUp failed .{1,200} : )(?<kind>configmap|secret) "(?<name>[^"]+)" not found/,
      },
      { has: "couldn't find key", line: /couldn't find key (?<key>\S+) in (?<kind>ConfigMap|Secret) (?<name>\S+)/ },
    ],
    known: kubelet("pkg/kubelet/kubelet_pods.go", 'Error: configmap "shop-settings" not found\n'),
    cause: "missing",
    happened: ({ field }) =>
      `The pod names ${field("kind") || "a ConfigMap or Secret"} ${field("name")}${field("key") === "" ? "" : ` with the key ${field("key")}`}, and its namespace has none.`,
    fix: "Make it in that namespace, before the pod; or say optional: true.",
    commands: "kubectl get configmap,secret -n NAMESPACE",
    check: "kubectl describe pod POD",
  }),
  oneCause({
    id: "k8s/unschedulable",
    title: "No node takes the pod",
    tools: "kube-scheduler",
    match: [{ has: "nodes are available", line: /(?<none>\d+)\/(?<all>\d+) nodes are available: (?<why>.{1,400})/ }],
    known: {
      source: "kubernetes/kubernetes, pkg/scheduler/framework/types.go, NoNodeAvailableMsg",
      text: "  Warning  FailedScheduling  8s  default-scheduler  0/3 nodes are available: 3 Insufficient cpu.\n",
    },
    cause: "resources",
    happened: ({ field }) => `None of ${field("all")} nodes fits: ${field("why")}`,
    fix: "Requests are what counts, not use: lower them, add nodes, or tolerate the taint that is named.",
    commands: "kubectl describe nodes | grep -A6 'Allocated resources'",
    check: "kubectl get pod POD -o wide",
  }),
  oneCause({
    id: "k8s/probe",
    title: "A probe fails",
    tools: "kubelet",
    match: [{ has: "probe failed", line: /(?<kind>Readiness|Liveness|Startup) probe failed: (?<why>.{1,300})/ }],
    known: kubelet(
      "pkg/kubelet/prober/prober.go",
      '  Warning  Unhealthy  2s (x5 over 10s)  kubelet  Readiness probe failed: Get "http://10.1.2.3:8080/healthz": dial tcp 10.1.2.3:8080: connect: connection refused\n',
    ),
    cause: "probe",
    happened: ({ field }) =>
      `The kubelet asked, and did not get a good answer: ${field("why")}. Refused means that nothing listens on that port of the pod's address: not started yet, another port, or a program that listens on 127.0.0.1 alone.`,
    fix: "Listen on all addresses (:8080), let the probe's port and path be the program's, and give it time with a startupProbe.",
    commands: "kubectl exec POD -- ss -ltn\nkubectl logs POD",
    check: "kubectl get pod POD",
  }),
];
