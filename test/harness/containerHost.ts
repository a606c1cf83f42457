import { setTimeout as sleep } from "node:timers/promises";
import type { CommandOptions, CommandRun } from "./command.ts";
import { removeControlGroups } from "./controlGroups.ts";
import type { Lan } from "./lan.ts";
import { Machine } from "./machine.ts";
import type { Need } from "./require.ts";
import { TempDir } from "./tempDir.ts";

export interface ContainerHostOptions {
  readonly lan: Lan;
  /** A host name: "web1". */
  readonly name: string;
  /** What may log in: the line of a public key. */
  readonly authorizedKey: string;
  /** All that it can write, images included, in memory; default "2g". */
  readonly disk?: string;
  /** Default "docker". */
  readonly engine?: HostEngine;
}

export type HostEngine = "docker" | "podman";

const readyWithin = 60_000;
let made = 0;

/**
 * A server to deploy to: a real sshd with its own host key on port 22 of its own address, and its own container engine,
 * both started at boot; haproxy is installed. Its programs are this machine's, everything it writes is its own: /etc, /var,
 * /root, /run, /tmp and so on lie on a disk in memory that is gone with it.
 */
export class ContainerHost implements AsyncDisposable {
  static readonly needs: readonly Need[] = ["root", "docker.io", "openssh-server", "haproxy", "iproute2"];

  readonly name: string;
  readonly address: string;
  readonly engine: HostEngine;
  readonly #lan: Lan;
  readonly #machine: Machine;
  readonly #folder: TempDir;

  static async start(options: ContainerHostOptions): Promise<ContainerHost> {
    const { lan, name, authorizedKey, disk = "2g", engine = "docker" } = options;
    const folder = await TempDir.create(name);
    const group = `fairlead-${process.pid}-host${made++}`;
    const machine = await Machine.start({
      name,
      network: "own",
      setup: fileSystem(folder.path, disk, group, authorizedKey),
      boot: engine === "docker" ? `${boot}\n${dockerd}` : boot,
    });
    try {
      const host = new ContainerHost(lan, await lan.plug(machine), engine, machine, folder, group);
      await host.#ready();
      return host;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  readonly #group: string;

  private constructor(lan: Lan, address: string, engine: HostEngine, machine: Machine, folder: TempDir, group: string) {
    this.name = machine.name;
    this.address = address;
    this.engine = engine;
    this.#lan = lan;
    this.#machine = machine;
    this.#folder = folder;
    this.#group = group;
  }

  /** Runs a program on the host, not by way of ssh; it must succeed. Resolves to its standard output. */
  run(args: readonly string[], options?: CommandOptions): Promise<string> {
    return this.#machine.run(args, options);
  }

  /** Runs a program on the host; its failure is a result like another. */
  try(args: readonly string[], options?: CommandOptions): Promise<CommandRun> {
    return this.#machine.try(args, options);
  }

  /** `docker …`, or `podman …`, on the host. */
  docker(args: readonly string[], options?: CommandOptions): Promise<string> {
    return this.run([this.engine, ...args], options);
  }

  /** Its line for known_hosts, by address. */
  async knownHost(): Promise<string> {
    const [type = "", key = ""] = (await this.run(["cat", `${hostKey}.pub`])).split(" ");
    return `${this.address} ${type} ${key.trim()}\n`;
  }

  /** A new host key, as after a fresh installation, or with somebody in between. */
  async changeHostKey(): Promise<void> {
    await this.run(["sh", "-c", `rm ${hostKey} ${hostKey}.pub && ${newHostKey}`]);
    await this.stopSshd();
    await this.startSshd();
  }

  /** Connections are refused; those that are open stay. */
  async stopSshd(): Promise<void> {
    await this.run(["sh", "-c", "kill $(cat /run/sshd.pid)"]);
  }

  async startSshd(): Promise<void> {
    await this.run(["/usr/sbin/sshd", "-E", "/var/log/sshd.log"]);
  }

  /** The container engine is stopped, and its containers with it. */
  async stopEngine(): Promise<void> {
    await this.run(["sh", "-c", "p=$(cat /run/docker.pid); kill $p; while kill -0 $p 2>/dev/null; do sleep 0.1; done"]);
  }

  async startEngine(): Promise<void> {
    await this.run(["sh", "-c", dockerd]);
    await this.#ready();
  }

  /** Packets to and from it vanish. */
  unplug(): Promise<void> {
    return this.#lan.setCable(this.#machine, "down");
  }

  plug(): Promise<void> {
    return this.#lan.setCable(this.#machine, "up");
  }

  /** A power cut: everything that ran is gone, the disk stays. */
  crash(): Promise<void> {
    return this.#machine.crash();
  }

  /** After a crash: sshd and the engine come back, as they do at a boot. */
  async boot(): Promise<void> {
    await this.#machine.boot();
    await this.#ready();
  }

  /** Fills the disk but for so many bytes. */
  async fillDisk(left = 0): Promise<void> {
    const available = Number(await this.run(["sh", "-c", "df --output=avail --block-size=1 /tmp | tail -n 1"]));
    if (available > left) await this.run(["fallocate", "--length", String(available - left), "/var/tmp/filler"]);
    // What somebody gave back in the meantime.
    if (left === 0) await this.try(["sh", "-c", "cat /dev/zero >> /var/tmp/filler"]);
  }

  async freeDisk(): Promise<void> {
    await this.run(["rm", "-f", "/var/tmp/filler"]);
  }

  async log(): Promise<string> {
    return (await this.try(["sh", "-c", "tail -n 40 /var/log/sshd.log /var/log/dockerd.log"])).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine[Symbol.asyncDispose]();
    await removeControlGroups(this.#group);
    // podman has one parent group for all; only what is empty goes.
    if (this.engine === "podman") await removeControlGroups("libpod_parent");
    await this.#folder[Symbol.asyncDispose]();
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline) {
      const run = await this.try([this.engine, "version", "--format", "{{.Server.Version}}"], { timeout: 10_000 });
      if (run.exitCode === 0) return;
      await sleep(100);
    }
    throw new Error(`${this.name} was not ready within ${readyWithin / 1000} s:\n${await this.log()}`);
  }
}

const hostKey = "/etc/ssh/ssh_host_ed25519_key";
const newHostKey = `ssh-keygen -q -t ed25519 -N '' -C host -f ${hostKey}`;
const dockerd = "/usr/sbin/dockerd </dev/null >>/var/log/dockerd.log 2>&1 &";

const boot = `
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/sshd /run/lock /run/haproxy
/usr/sbin/sshd -E /var/log/sshd.log`;

const sshdConfig = `Port 22
HostKey ${hostKey}
PidFile /run/sshd.pid
AuthorizedKeysFile .ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
UseDNS no
PrintMotd no
Subsystem sftp internal-sftp
`;

/** For podman, in a machine without systemd and with limits of its own. */
const containersConf = `[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
log_driver = "k8s-file"
`;

/** Folders whose contents the host shares with this machine until it writes to them; the others start empty. */
const layered = ["etc", "var", "opt", "srv", "home", "usr/local"];

function fileSystem(folder: string, size: string, group: string, authorizedKey: string): string {
  const disk = `${folder}/disk`;
  const daemon = {
    "insecure-registries": ["10.0.0.0/8"],
    "cgroup-parent": `/${group}`,
    "exec-opts": ["native.cgroupdriver=cgroupfs"],
  };
  return `
mkdir ${disk}
mount -t tmpfs -o size=${size},mode=0755 disk ${disk}
for name in ${layered.join(" ")}; do
  flat=$(echo $name | tr / -)
  mkdir -p ${disk}/upper/$flat ${disk}/work/$flat
  mount -t overlay overlay -o lowerdir=/$name,upperdir=${disk}/upper/$flat,workdir=${disk}/work/$flat /$name
done
mkdir -p ${disk}/root/.ssh ${disk}/tmp ${disk}/docker ${disk}/podman /var/lib/docker /var/lib/containers
chmod 700 ${disk}/root ${disk}/root/.ssh
chmod 1777 ${disk}/tmp
# An engine's layers can't lie on layers.
mount --bind ${disk}/docker /var/lib/docker
mount --bind ${disk}/podman /var/lib/containers
mount --bind ${disk}/root /root
mount --bind ${disk}/tmp /tmp
rm -rf /etc/ssh/ssh_host_* /etc/ssh/sshd_config.d /etc/haproxy /var/log/*
mkdir -p /etc/docker /etc/containers /etc/haproxy
${newHostKey}
cat > /etc/ssh/sshd_config <<'END'
${sshdConfig}END
cat > /etc/docker/daemon.json <<'END'
${JSON.stringify(daemon)}
END
cat > /etc/containers/containers.conf <<'END'
${containersConf}END
cat > /root/.ssh/authorized_keys <<'END'
${authorizedKey.trim()}
END
# A locked root may not log in, whatever the key.
sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow
`;
}
