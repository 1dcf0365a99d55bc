/** For tests: the network of packages/shell/record/record-tools.mjs, with a Debian machine at each place. */
import {
  type Duration,
  type Instant,
  type MacAddress,
  type NetworkNamespace,
  parseMacAddress,
  Simulation,
  seconds,
  type Trace,
} from "@lvsim/core";
import { NO_COSTS } from "../kernel/costs.ts";
import { type ExecHandle, Machine } from "../machine.ts";

export interface RecordedStep {
  readonly machine: string;
  /** Goes on while the next steps run, and gets SIGINT at the end. */
  readonly background: boolean;
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface ToolsRecording {
  readonly name: string;
  readonly steps: readonly RecordedStep[];
}

const BEFORE = [
  ["c", "ip addr add 10.0.0.1/24 brd + dev eth0"],
  ["c2", "ip addr add 10.0.0.2/24 brd + dev eth0"],
  ["r", "ip addr add 10.0.0.254/24 brd + dev eth0"],
  ["r", "ip addr add 10.1.0.254/24 brd + dev eth1"],
  ["s", "ip addr add 10.1.0.2/24 brd + dev eth0"],
  ["r", "sysctl -qw net.ipv4.ip_forward=1"],
  ["c", "ip route add 10.1.0.0/16 via 10.0.0.254"],
  ["s", "ip route add default via 10.1.0.254"],
] as const;

/** A command that has not ended by then never will. */
const LONGEST = seconds(120);
const SETTLE = seconds(0.7);
const FINISH = seconds(1.5);

const mac = (text: string): MacAddress => parseMacAddress(text) as MacAddress;

/** The four machines, with their addresses and routes. */
export class ToolsNetwork {
  readonly simulation: Simulation;
  private readonly machines = new Map<string, Machine>();

  constructor(trace: Trace | null = null) {
    const simulation = new Simulation({ seed: "tools", trace });
    this.simulation = simulation;
    const lan = simulation.addSwitch("lan");
    ["c", "c2", "r"].forEach((name, i) => {
      const namespace = this.add(name);
      const address = mac(`02:00:00:00:00:0${i + 1}`);
      simulation.attach({ namespace, device: "eth0", mac: address }, lan, `p${name}`);
    });
    simulation.connect(
      { namespace: this.namespace("r"), device: "eth1", mac: mac("02:00:00:00:01:fe") },
      { namespace: this.add("s"), device: "eth0", mac: mac("02:00:00:00:01:02") },
    );
    for (const machine of this.machines.values()) this.finish(machine.exec("ip link set lo up"));
    for (const [name, command] of BEFORE) this.finish(this.machine(name).exec(command));
  }

  namespace(name: string): NetworkNamespace {
    const found = this.simulation.namespaces.find((namespace) => namespace.name === name);
    if (found === undefined) throw new Error(`no namespace ${name}`);
    return found;
  }

  machine(name: string): Machine {
    const found = this.machines.get(name);
    if (found === undefined) throw new Error(`no machine ${name}`);
    return found;
  }

  /** Plays a recording's commands; what each printed, in the recording's form. */
  play({ steps }: ToolsRecording): RecordedStep[] {
    const handles = steps.map((step) => {
      const command = step.background ? `exec ${step.command}` : step.command;
      const handle = this.machine(step.machine).exec(command);
      if (step.background) this.settle(SETTLE);
      else this.finish(handle);
      return handle;
    });
    if (steps.some(({ background }) => background)) this.settle(FINISH);
    for (const handle of handles)
      if (!handle.done) {
        handle.interrupt();
        this.finish(handle);
      }
    return steps.map(({ background, command, machine }, i) => {
      const { done, status, stderr, stdout } = handles[i] as ExecHandle;
      return { machine, background, command, stdout, stderr, status: done ? status : -1 };
    });
  }

  private add(name: string): NetworkNamespace {
    const { engine, rng } = this.simulation;
    const kernel = "6.1.192";
    const namespace = this.simulation.addNamespace(name, kernel);
    const machine = new Machine({
      name,
      hostname: name,
      image: "debian-12",
      ipvsadm: "mainline",
      kernel,
      engine,
      rng: rng.stream(`shell ${name}`),
      namespace,
      costs: NO_COSTS,
    });
    this.machines.set(name, machine);
    return namespace;
  }

  private settle(duration: Duration): void {
    const { engine } = this.simulation;
    engine.run((engine.now + duration) as Instant);
  }

  private finish(handle: ExecHandle): void {
    const { engine } = this.simulation;
    const end = engine.now + LONGEST;
    while (!handle.done && engine.now < end && engine.step());
  }
}
