/**
 * The simulated network that a recording asks for, with everything the players do to it and see of it: commands, bare
 * frames, sockets, frames at every interface, netfilter's log lines.
 */
import {
  decodeFrame,
  type Frame,
  type HostDevice,
  type Instant,
  type LogEntry,
  milliseconds,
  type NetworkNamespace,
} from "@lvsim/core";
import { type ExecResult, Lab } from "@lvsim/scenarios";
import { frameJson } from "./frame-json.ts";
import type { JsonObject, Recording } from "./recording.ts";

/** A frame as it passed an interface. */
export interface SeenFrame {
  readonly at: Instant;
  readonly ns: string;
  readonly if: string;
  readonly dir: "in" | "out";
  readonly content: JsonObject;
}

interface CableEnd {
  readonly ns: string;
  readonly if: string;
  readonly mac: string;
}

export class Stage {
  readonly lab: Lab;
  /** Frames at the observed interfaces since `clear`, in order of time. */
  readonly frames: SeenFrame[] = [];
  /** LOG lines since `clear`, in order. */
  readonly log: { readonly ns: string; readonly entry: LogEntry }[] = [];
  private readonly machine: ReturnType<Lab["machine"]>["shell"];
  private origin: Instant;
  /** The devices that came with the namespaces and cables: those that commands make are not observed. */
  private readonly first = new Set<HostDevice>();

  constructor(recording: Recording, seed: string) {
    const { topology } = recording;
    this.lab = Lab.empty({
      seed,
      timerPhase: milliseconds(recording.timer_phase_ms ?? 0),
    });
    this.machine = this.lab.addMachine("host").shell;
    for (const name of topology.namespaces)
      this.run("", `ip netns add ${name}; ip -n ${name} link set lo up`);
    for (const { a, b } of topology.links) this.cable(a, b);
    for (const bridge of topology.bridges) {
      const { name, ns } = bridge;
      this.run(
        ns,
        `ip link add ${name} type bridge forward_delay 0 mcast_snooping 0; ip link set ${name} up`,
      );
      for (const port of bridge.ports) {
        this.cable({ ns, if: port.port, mac: "" }, port);
        this.run(ns, `ip link set ${port.port} master ${name}`);
      }
    }
    this.origin = this.lab.now;
    for (const name of topology.namespaces)
      for (const device of this.namespace(name).devices()) this.first.add(device);
  }

  /** A veth pair, both ends up; an address of "" is left to chance. */
  private cable(a: CableEnd, b: CableEnd): void {
    const end = ({ mac }: CableEnd): string => (mac === "" ? "" : `address ${mac}`);
    this.run(
      a.ns,
      `ip link add ${a.if} ${end(a)} type veth peer name ${b.if} ${end(b)} netns ${b.ns}`,
    );
    this.run(a.ns, `ip link set ${a.if} up`);
    this.run(b.ns, `ip link set ${b.if} up`);
  }

  /** Commands that must succeed without a word. */
  private run(ns: string, command: string): void {
    const { status, stdout, stderr } = this.exec(ns, command);
    if (status !== 0 || stdout + stderr !== "") throw new Error(`${ns}: ${command}: ${stderr}`);
  }

  namespace(name: string): NetworkNamespace {
    const found = this.machine.kernel.namespaces.get(name);
    if (found === undefined) throw new Error(`no namespace ${name}`);
    return found;
  }

  /** Runs a command as root and waits for its end, in simulated time. */
  exec(ns: string, command: string): ExecResult {
    return this.lab.exec("host", command, ns);
  }

  /** Watches every Ethernet and tunnel device with which these namespaces began. */
  private watch(namespaces: readonly string[]): void {
    for (const ns of namespaces) {
      const namespace = this.namespace(ns);
      for (const device of namespace.devices()) {
        const { kind, name } = device;
        if (kind === "loopback" || kind === "dummy" || !this.first.has(device)) continue;
        device.taps ??= [];
        device.taps.push({
          tapped: (frame: Frame, dir: "in" | "out") => {
            const content = frameJson(frame, device.hasLinkHeader);
            this.frames.push({ at: this.lab.now, ns, if: name, dir, content });
          },
        });
      }
      namespace.onLog((entry) => this.log.push({ ns, entry }));
    }
  }

  /** The steps begin now: what is observed is decided, and instants count from here. */
  begin(recording: Recording): void {
    this.settle();
    this.watch(observedNamespaces(recording));
    this.origin = this.lab.now;
  }

  /** When the steps began, in milliseconds of simulated time. */
  get originMs(): number {
    return this.origin / 1e6;
  }

  /** Forgets the frames and lines seen so far. */
  clear(): void {
    this.frames.length = 0;
    this.log.length = 0;
  }

  /** Milliseconds since the steps began. */
  get nowMs(): number {
    return (this.lab.now - this.origin) / 1e6;
  }

  /** Lets time pass until `ms` after the steps began, what is due then included; nothing if that is over already. */
  runUntil(ms: number): void {
    const until = (this.origin + milliseconds(ms)) as Instant;
    if (until >= this.lab.now) this.lab.until(until);
  }

  wait(ms: number): void {
    this.lab.until((this.lab.now + milliseconds(ms)) as Instant);
  }

  /** Works off what is due now, and lets no time pass. */
  settle(): void {
    this.lab.until(this.lab.now);
  }

  /** Puts octets on the cable at a bare end. */
  inject(ns: string, device: string, octets: Uint8Array): void {
    const at = this.namespace(ns).deviceNamed(device);
    if (at === undefined) throw new Error(`no interface ${ns}.${device}`);
    const id = this.lab.simulation.engine.newFrameId();
    at.transmit(decodeFrame(octets, id));
  }
}

/**
 * Where frames are observed: at the bare ends where a recording has some (namespaces in which nothing is ever
 * configured), else at every host; never at a bridge's own ports.
 */
function observedNamespaces({ topology, setup, serve = [] }: Recording): string[] {
  const bridges = new Set(topology.bridges.map((bridge) => bridge.ns));
  const configured = new Set([...setup, ...serve].map(({ ns }) => ns));
  const hosts = topology.namespaces.filter((ns) => !bridges.has(ns));
  const bare = hosts.filter((ns) => !configured.has(ns));
  return bare.length > 0 ? bare : hosts;
}
