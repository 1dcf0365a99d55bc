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
  parseMacAddress,
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

const mac = (text: string): NonNullable<ReturnType<typeof parseMacAddress>> => {
  const address = parseMacAddress(text);
  if (address === undefined) throw new Error(`not a MAC address: ${text}`);
  return address;
};

export class Stage {
  readonly lab: Lab;
  /** Frames at the observed interfaces since `clear`, in order of time. */
  readonly frames: SeenFrame[] = [];
  /** LOG lines since `clear`, in order. */
  readonly log: { readonly ns: string; readonly entry: LogEntry }[] = [];
  private origin: Instant;
  /** The devices that came with the namespaces and cables: those that commands make are not observed. */
  private readonly first = new Set<HostDevice>();

  constructor(recording: Recording, seed: string) {
    const { topology } = recording;
    this.lab = Lab.empty({
      seed,
      timerPhase: milliseconds(recording.timer_phase_ms ?? 0),
    });
    for (const name of topology.namespaces) this.lab.addMachine(name);
    for (const { a, b } of topology.links)
      this.lab.connect(
        { machine: a.ns, device: a.if, mac: mac(a.mac) },
        { machine: b.ns, device: b.if, mac: mac(b.mac) },
      );
    for (const bridge of topology.bridges) {
      const made = this.lab.addSwitch(`${bridge.ns}.${bridge.name}`);
      for (const port of bridge.ports)
        this.lab.attach({ machine: port.ns, device: port.if, mac: mac(port.mac) }, made, port.port);
    }
    this.origin = this.lab.now;
    for (const name of topology.namespaces)
      for (const device of this.namespace(name).devices()) this.first.add(device);
  }

  namespace(name: string): NetworkNamespace {
    return this.lab.machine(name).namespace;
  }

  /** Runs a command as root and waits for its end, in simulated time. */
  exec(ns: string, command: string): ExecResult {
    return this.lab.exec(ns, command);
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
            const content = frameJson(frame, kind === "ethernet");
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

  /** Lets time pass until `ms` after the steps began; nothing if that is over already. */
  runUntil(ms: number): void {
    const until = (this.origin + milliseconds(ms)) as Instant;
    if (until > this.lab.now) this.lab.until(until);
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
