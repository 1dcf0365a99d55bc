/**
 * A whole simulated network: one clock, one source of randomness, one trace, and the namespaces, cables and switches on
 * them. Everything is made in the order of the calls, and that order is all that decides indices, names and ties.
 */
import { AssertionError, assert } from "../base/assert.ts";
import type { Limits } from "../base/limits.ts";
import { initialConfigWith } from "../host/initial-config.ts";
import type { IpvsVariant } from "../host/ipvs/config.ts";
import type { SchedulerModule } from "../host/ipvs/scheduler.ts";
import { isLinuxScheduler } from "../host/ipvs/schedulers/index.ts";
import type { KernelVariant } from "../host/kernel-variant.ts";
import type { NetworkNamespace as Namespace } from "../host/namespace.ts";
import { NetworkNamespace } from "../host/namespace.ts";
import type { CableDevice } from "../link/cable-device.ts";
import { Link, type LinkConfig, PLAIN_LINK } from "../link/link.ts";
import { Switch } from "../link/switch.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import { createRng, type Rng } from "../rng/rng.ts";
import { Engine, type RunOutcome } from "../time/engine.ts";
import { type Duration, type Instant, seconds } from "../time/instant.ts";
import type { Trace } from "../trace/trace.ts";

export interface SimulationOptions {
  readonly seed: string;
  /** null to watch nothing: the fastest run. */
  readonly trace: Trace | null;
  readonly limits?: Partial<Limits> | undefined;
  /** What the kernel's timer wheel shows when the run begins. */
  readonly timerPhase?: Duration | undefined;
  /** IPVS schedulers of one's own, which every kernel has beside Linux's. */
  readonly schedulers?: readonly SchedulerModule[] | undefined;
}

/** One end of a cable in a namespace. */
export interface Plug {
  readonly namespace: Namespace;
  readonly device: string;
  readonly mac: MacAddress;
}

/** A Linux bridge forgets where it saw an address after 300 s. */
const BRIDGE_AGEING: Duration = seconds(300);

/** Ports of switches answer for nothing; their addresses only need to differ. */
const switchPortMac = (number: number, port: number): MacAddress =>
  (0x02fe00000000 + number * 65_536 + port) as MacAddress;

export class Simulation {
  readonly engine: Engine;
  readonly rng: Rng;
  readonly trace: Trace | null;
  readonly namespaces: Namespace[] = [];
  readonly switches: Switch[] = [];
  readonly links: Link[] = [];
  private readonly schedulers: readonly SchedulerModule[];

  constructor(options: SimulationOptions) {
    this.engine = new Engine({ limits: options.limits });
    if (options.timerPhase !== undefined) this.engine.timers.phase = options.timerPhase;
    this.rng = createRng(options.seed);
    this.trace = options.trace;
    this.schedulers = options.schedulers ?? [];
    for (const { name } of this.schedulers)
      assert(
        !isLinuxScheduler(name),
        `Linux has a scheduler called ${name}: give yours another name`,
      );
  }

  /** A namespace with a host's devices and nothing configured; its name is new. */
  addNamespace(name: string, kernel: KernelVariant, ipvs: IpvsVariant = "mainline"): Namespace {
    if (this.namespaces.some((other) => other.name === name))
      throw new AssertionError(`two namespaces named ${name}`);
    const { engine, rng, trace, schedulers } = this;
    const config = initialConfigWith(ipvs);
    const namespace = new NetworkNamespace({
      name,
      engine,
      rng: rng.stream(name),
      trace,
      kernel,
      schedulers,
      config,
    });
    this.namespaces.push(namespace);
    return namespace;
  }

  addSwitch(name: string): Switch {
    const made = new Switch(name, this.engine, this.trace, BRIDGE_AGEING);
    this.switches.push(made);
    return made;
  }

  /** A cable between two namespaces; both devices are made and are up. */
  connect(a: Plug, b: Plug, config: LinkConfig = PLAIN_LINK): Link {
    const link = this.link(
      `${a.namespace.name}.${a.device}-${b.namespace.name}.${b.device}`,
      config,
    );
    this.plugIn(a).plug(link.a);
    this.plugIn(b).plug(link.b);
    return link;
  }

  /** A cable from a namespace to a switch's new port; both ends are up. */
  attach(plug: Plug, to: Switch, port: string, config: LinkConfig = PLAIN_LINK): Link {
    const link = this.link(`${to.name}.${port}`, config);
    to.addPort(port, switchPortMac(this.switches.indexOf(to), to.ports.length)).plug(link.b);
    this.plugIn(plug).plug(link.a);
    return link;
  }

  run(until: Instant): RunOutcome {
    return this.engine.run(until);
  }

  private plugIn({ namespace, device, mac }: Plug): CableDevice {
    return namespace.addEthernet(device, mac);
  }

  private link(name: string, config: LinkConfig): Link {
    const link = new Link(name, this.engine, this.trace, this.rng, config);
    this.links.push(link);
    return link;
  }
}
