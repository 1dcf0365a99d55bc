/** A namespace with nothing but netfilter, and rules and packets for it; for tests. */
import { assert } from "../base/assert.ts";
import {
  type NetfilterConfig,
  NO_TABLES,
  type RuleConfig,
  type TableName,
} from "../host/netfilter/config.ts";
import {
  appendRule,
  copyNetfilter,
  type NetfilterDraft,
  type RuleSpec,
} from "../host/netfilter/edit.ts";
import type {
  BridgePorts,
  IpvsFacts,
  NetfilterEnvironment,
} from "../host/netfilter/environment.ts";
import { HookPoint, type Verdict } from "../host/netfilter/hook.ts";
import { HookTable } from "../host/netfilter/hook-table.ts";
import type { LogEntry } from "../host/netfilter/log-entry.ts";
import { Netfilter } from "../host/netfilter/netfilter.ts";
import type { TrackingEnvironment } from "../host/netfilter/tracking-environment.ts";
import { RouteType } from "../host/route/config.ts";
import { initialSysctls } from "../host/sysctl/defaults.ts";
import { globalSysctls } from "../host/sysctl/global-sysctls.ts";
import type { NetDevice } from "../link/net-device.ts";
import { Frame } from "../packet/frame.ts";
import { formatIpv4Address, type Ipv4Address, parseIpv4Address } from "../packet/ipv4-address.ts";
import { IpProtocol, TcpFlag } from "../packet/protocol.ts";
import { createRng } from "../rng/rng.ts";
import { Engine } from "../time/engine.ts";
import type { Instant } from "../time/instant.ts";
import type { Trace } from "../trace/trace.ts";

export const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;

/** Matches every packet and accepts it. */
const ANY_RULE: RuleSpec = {
  source: 0 as Ipv4Address,
  sourceMask: 0 as Ipv4Address,
  sourceInverted: false,
  destination: 0 as Ipv4Address,
  destinationMask: 0 as Ipv4Address,
  destinationInverted: false,
  inputInterface: "",
  inputInterfaceInverted: false,
  outputInterface: "",
  outputInterfaceInverted: false,
  protocol: 0,
  protocolInverted: false,
  fragment: "any",
  matches: [],
  target: "ACCEPT",
  goto: false,
  targetOptions: {},
};
export const rule = (parts: Partial<RuleConfig>): RuleSpec => ({ ...ANY_RULE, ...parts });
/** The part of a rule that names one match. */
export const match = (name: string, options: Record<string, string>): Partial<RuleConfig> => ({
  matches: [{ name, options }],
});
/** A rule without conditions. */
export const jump = (target: string, targetOptions: Record<string, string> = {}): RuleSpec =>
  rule({ target, targetOptions });

const device = (name: string): NetDevice => ({ name }) as NetDevice;
const ETH0 = device("eth0");
const ETH1 = device("eth1");

/** A SYN from 10.0.0.7:40001 to 192.0.2.1:80 with TTL 64 and 60 octets. */
export function syn(parts: Partial<Frame> = {}): Frame {
  const frame = new Frame(1);
  frame.source = address("10.0.0.7");
  frame.destination = address("192.0.2.1");
  frame.protocol = IpProtocol.tcp;
  frame.sourcePort = 40_001;
  frame.destinationPort = 80;
  frame.tcpFlags = TcpFlag.syn;
  frame.length = 60;
  return Object.assign(frame, parts);
}

/** eth0 has 10.0.0.1, eth1 192.0.2.254. */
class WorldTracking implements TrackingEnvironment {
  readonly engine = new Engine();
  readonly rng = createRng("netfilter-world");
  conntrackSysctls = globalSysctls(initialSysctls()).conntrack;

  sourceTowards(_frame: Frame, output: NetDevice): Ipv4Address {
    return this.firstAddress(output);
  }

  firstAddress(of: NetDevice): Ipv4Address {
    return address(of === ETH0 ? "10.0.0.1" : "192.0.2.254");
  }

  reassemble(): Frame | null {
    return null;
  }

  resumeInput(): void {}
}

/** Devices are eth0 (index 6) towards the sender and eth1 (7) towards the receiver; the clock is set by hand. */
export class NetfilterWorld implements NetfilterEnvironment {
  seconds = 0;
  trace: Trace | null = null;
  readonly place = 0;
  readonly tracking = new WorldTracking();
  readonly hooks = new HookTable();
  readonly netfilter = new Netfilter(this.hooks, this, [(entry) => this.log.push(entry)]);
  readonly log: LogEntry[] = [];
  readonly answers: string[] = [];
  rerouted = 0;
  hasRoute = true;
  /** Bridge ports and IPVS connection of every frame. */
  ports: BridgePorts | null = null;
  facts: IpvsFacts | null = null;
  private readonly rng = createRng("netfilter-world");
  private config: NetfilterConfig = NO_TABLES;

  edit(change: (draft: NetfilterDraft) => void): void {
    const draft = copyNetfilter(this.config);
    change(draft);
    this.config = draft;
    this.netfilter.configure(draft);
  }

  append(table: TableName, chain: string, ...rules: readonly RuleSpec[]): void {
    this.edit((draft) => {
      for (const spec of rules)
        assert(appendRule(draft, table, chain, spec) === null, `no chain ${chain}`);
    });
  }

  rules(table: TableName, chain: string): readonly RuleConfig[] {
    const { chains } = this.config.tables[table] ?? { chains: [] };
    return chains.find(({ name }) => name === chain)?.rules ?? [];
  }

  /** Packets and octets of a chain's rules, then of a built-in chain's policy. */
  counts(table: TableName, chain: string): readonly string[] {
    const rules = this.rules(table, chain).map(({ id }) => this.netfilter.ruleCounter(table, id));
    return [...rules, this.netfilter.policyCounter(table, chain)].flatMap((counter) =>
      counter === undefined ? [] : [`${counter.packets}/${counter.octets}`],
    );
  }

  run(point: HookPoint, frame: Frame): Verdict {
    const [input, output] = {
      [HookPoint.preRouting]: [ETH0, null],
      [HookPoint.localIn]: [ETH0, null],
      [HookPoint.forward]: [ETH0, ETH1],
      [HookPoint.localOut]: [null, ETH1],
      [HookPoint.postRouting]: [null, ETH1],
    }[point] as [NetDevice | null, NetDevice | null];
    return this.hooks.run(point, frame, input, output);
  }

  now(): Instant {
    return (this.seconds * 1e9) as Instant;
  }

  deviceIndex(of: NetDevice): number {
    return of === ETH0 ? 6 : 7;
  }

  reroute(): boolean {
    this.rerouted++;
    return this.hasRoute;
  }

  sendIcmpError(_cause: Frame, type: number, code: number): void {
    this.answers.push(`icmp ${type}/${code}`);
    // the answer passes LOCAL_OUT while the rule that asked for it still runs
    this.run(HookPoint.localOut, syn({ protocol: IpProtocol.icmp, icmpType: type }));
  }

  sendReset(): void {
    this.answers.push("rst");
  }

  addressType(of: Ipv4Address): RouteType {
    return of === address("192.0.2.1") ? RouteType.local : RouteType.unicast;
  }

  pathMtu(): number {
    return 1400;
  }

  randomBelow(bound: number): number {
    return this.rng.below(bound);
  }

  bridgePorts(): BridgePorts | null {
    return this.ports;
  }

  ipvsFacts(): IpvsFacts | null {
    return this.facts;
  }

  duplicate(frame: Frame, gateway: Ipv4Address, output: string, hops: number): void {
    this.answers.push(`copy of ${frame.id} to ${formatIpv4Address(gateway)} ${output} -${hops}`);
  }
}
