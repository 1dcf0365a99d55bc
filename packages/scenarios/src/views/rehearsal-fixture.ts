/**
 * Labs played without a shell, for tests of views: the topology of a lab file, what its start-up commands would have
 * configured, and small HTTP servers and clients on the sockets of the stacks.
 */
import { readFileSync } from "node:fs";
import {
  addAddress,
  addRoute,
  Fingerprint,
  type ForwardingMethod,
  FrameIndex,
  type Ipv4Address,
  later,
  type MacAddress,
  type NamespaceDraft,
  type NetworkNamespace,
  PLAIN_LINK,
  parseIpv4Address,
  Recorder,
  RouteProtocol,
  RouteTable,
  RouteType,
  type SchedulerName,
  Scope,
  Simulation,
  seconds,
  setLinkUp,
  type TcpSocket,
  type Trace,
  tee,
  writeSysctl,
} from "@lvsim/core";
import { readLab } from "../lab-file/read.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { openingFrame, serverOf } from "../run/answers.ts";
import type { HostRun, LabRun, Listing, RequestRun } from "../run/lab-run.ts";

const ip = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const TYPED = { machine: "", process: "typed", file: "", line: 0 };

type Recipe = (draft: NamespaceDraft) => number;

/** What the start-up commands of the lab do, by host. */
interface Cast {
  readonly configure: Readonly<Record<string, readonly Recipe[]>>;
  readonly director: string;
  readonly method: ForwardingMethod;
  readonly scheduler: SchedulerName;
  readonly servers: readonly (readonly [host: string, address: string])[];
  readonly pool?: readonly string[];
}

const sysctl =
  (path: string, value: string): Recipe =>
  (draft) =>
    writeSysctl(draft, `net/ipv4/${path}`, value);

const address =
  (device: string, local: string, label: string): Recipe =>
  (draft) => {
    const { index } = draft.devices.find(({ name }) => name === device) as { index: number };
    const base = { local: ip(local), peer: ip(local), prefixLength: 32, broadcast: null, label };
    return addAddress(draft, index, { ...base, scope: Scope.universe }) || setLinkUp(draft, index);
  };

const QUIET: readonly Recipe[] = [
  sysctl("conf/all/arp_ignore", "1"),
  sysctl("conf/all/arp_announce", "2"),
];
const FORWARDS = sysctl("ip_forward", "1");
const INSIDE = [
  ["rs01", "192.168.100.2"],
  ["rs02", "192.168.100.3"],
  ["rs03", "192.168.100.4"],
] as const;
const inside = { director: "lvs-server", scheduler: "rr", servers: INSIDE } as const;

const CASTS: Readonly<Record<string, Cast>> = {
  dr: {
    configure: {
      a: [FORWARDS, address("eth0", "192.168.31.200", "eth0:2")],
      b: [address("lo", "192.168.31.200", "lo:0"), ...QUIET],
      c: [address("lo", "192.168.31.200", "lo:0"), ...QUIET],
    },
    director: "a",
    method: "direct-routing",
    scheduler: "wrr",
    servers: [
      ["b", "192.168.31.129"],
      ["c", "192.168.31.130"],
    ],
  },
  nat: { ...inside, configure: { "lvs-server": [FORWARDS] }, method: "masquerading" },
  tun: {
    ...inside,
    configure: {
      gw: [FORWARDS],
      ...Object.fromEntries(
        INSIDE.map(([host]) => [
          host,
          [
            address("tunl0", "172.16.100.1", "tunl0"),
            sysctl("conf/tunl0/rp_filter", "0"),
            ...QUIET,
          ],
        ]),
      ),
    },
    method: "tunnelling",
  },
  fullnat: {
    ...inside,
    configure: {
      "lvs-server": [
        FORWARDS,
        address("eth1", "192.168.100.101", "eth1"),
        address("eth1", "192.168.100.102", "eth1"),
      ],
    },
    method: "full-nat",
    pool: ["192.168.100.101", "192.168.100.102"],
  },
};

const LABS = new URL("../../labs/modes/", import.meta.url);

/** Plays the lab of that name, with as many requests as its traffic has. */
export function rehearse(name: string, drops: readonly string[] = []): LabRun {
  const definition = readLab(
    readFileSync(new URL(`${name}.lab.yml`, LABS), "utf8"),
    `${name}.lab.yml`,
  );
  const recorder = new Recorder();
  const fingerprint = new Fingerprint();
  const trace = tee([recorder, fingerprint]);
  const stage = new Stage(definition, trace as Trace);
  const before = stage.configs();
  stage.configure(CASTS[name] as Cast, drops);
  const requests: RequestRun[] = [];
  const spec = definition.traffic[0];
  for (let i = 0; i < (spec?.times ?? 0); i++) {
    const first = recorder.recordedCount;
    const beganAt = stage.simulation.engine.now;
    const body = stage.request(spec?.from ?? "", definition.vips[0] ?? "");
    const endedAt = later(beganAt, seconds(1));
    stage.simulation.run(endedAt);
    const events = [...recorder.events()];
    const frame = openingFrame(events.slice(first), spec?.from ?? "", stage.names);
    const server = serverOf(new FrameIndex(events), frame, stage.names);
    const status = body.text === "" ? 28 : 0;
    const common = { from: spec?.from ?? "", command: spec?.run ?? "", beganAt, endedAt };
    requests.push({ ...common, status, stdout: body.text, stderr: "", frame, server });
  }
  const after = stage.configs();
  const hosts: HostRun[] = Object.keys(definition.hosts).map((host) => ({
    name: host,
    before: before.get(host) as HostRun["before"],
    started: after.get(host) as HostRun["after"],
    after: after.get(host) as HostRun["after"],
    past: () => [],
  }));
  const events = [...recorder.events()];
  return {
    name,
    definition,
    seed: "1",
    hosts,
    starts: [],
    requests,
    listings: LISTINGS,
    events,
    frames: new FrameIndex(events),
    eventCount: recorder.recordedCount,
    fingerprint: fingerprint.digest(),
    endedAt: stage.simulation.engine.now,
    limit: null,
  };
}

const LISTINGS: readonly Listing[] = [
  { host: "a", command: "ipvsadm -Ln", output: "IP Virtual Server version 1.2.1 (size=4096)\n" },
];

class Stage {
  readonly simulation: Simulation;
  readonly names: ReadonlySet<string>;
  private readonly namespaces = new Map<string, NetworkNamespace>();

  constructor(definition: LabDefinition, trace: Trace) {
    this.simulation = new Simulation({ seed: "1", trace });
    this.names = new Set(Object.keys(definition.hosts));
    const switches = new Map(
      Object.keys(definition.segments).map((name) => [name, this.simulation.addSwitch(name)]),
    );
    Object.entries(definition.hosts).forEach(([name, host], number) => {
      const namespace = this.simulation.addNamespace(name, "6.1.192", definition.ipvsadm);
      this.namespaces.set(name, namespace);
      Object.entries(host.devices).forEach(([device, spec], index) => {
        const mac = (0x020000000000 + (number + 1) * 256 + index) as MacAddress;
        const to = switches.get(spec.segment);
        if (to === undefined) return;
        this.simulation.attach({ namespace, device, mac }, to, `${name}.${device}`, {
          ...PLAIN_LINK,
          delay: definition.segments[spec.segment]?.delay ?? PLAIN_LINK.delay,
        });
        namespace.configure((draft) => boot(draft, device, spec.address ?? ""));
      });
      const { gateway } = host;
      if (gateway !== undefined) namespace.configure((draft) => defaultRoute(draft, gateway));
    });
  }

  configs(): Map<string, HostRun["after"]> {
    return new Map([...this.namespaces].map(([name, { config }]) => [name, config]));
  }

  /** Everything but the recipes that `drops` counts, as `b:1`. */
  configure(cast: Cast, drops: readonly string[]): void {
    for (const [host, recipes] of Object.entries(cast.configure))
      recipes.forEach((recipe, i) => {
        if (!drops.includes(`${host}:${i}`)) this.namespaces.get(host)?.change(TYPED, recipe);
      });
    this.serve(cast);
    for (const [host] of cast.servers)
      serveHttp(this.namespaces.get(host) as NetworkNamespace, `${host}\n`);
  }

  request(from: string, vip: string): { text: string } {
    const socket = (this.namespaces.get(from) as NetworkNamespace).sockets.tcp();
    const body = { text: "" };
    let asked = false;
    socket.onEvent = () => {
      if (!asked && socket.state === 1) {
        asked = true;
        socket.send(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
      }
      const octets = socket.receive(4096);
      if (octets === null) return;
      if (octets.length === 0) socket.close();
      else body.text += new TextDecoder().decode(octets);
    };
    socket.connect({ address: ip(vip), port: 80 });
    return body;
  }

  private serve({ director, method, scheduler, servers, pool = [] }: Cast): void {
    const namespace = this.namespaces.get(director) as NetworkNamespace;
    const vip = director === "a" ? "192.168.31.200" : "172.16.100.1";
    const identity = { kind: "address", protocol: 6, address: ip(vip), port: 80 } as const;
    namespace.controlIpvs(TYPED, {
      kind: "add-service",
      service: {
        identity,
        scheduler,
        schedulerFlags: 0,
        persistenceTimeout: 0,
        persistenceNetmask: -1 as Ipv4Address,
        onePacket: false,
        persistenceEngine: "",
      },
    });
    for (const local of pool)
      namespace.controlIpvs(TYPED, { kind: "add-local-address", identity, address: ip(local) });
    for (const [, server] of servers)
      namespace.controlIpvs(TYPED, {
        kind: "add-server",
        identity,
        server: {
          address: ip(server),
          port: 80,
          weight: 1,
          forwarding: method,
          upperThreshold: 0,
          lowerThreshold: 0,
          tunnel: { type: "ipip", port: 0, checksum: "none" },
        },
      });
  }
}

function boot(draft: NamespaceDraft, device: string, text: string): number {
  const [local = "", length = "24"] = text.split("/");
  const item = draft.devices.find(({ name }) => name === device);
  if (item === undefined) return 0;
  const one = { local: ip(local), peer: ip(local), prefixLength: Number(length), broadcast: null };
  return addAddress(draft, item.index, { ...one, scope: Scope.universe, label: device });
}

const defaultRoute = (draft: NamespaceDraft, gateway: string): number =>
  addRoute(
    draft,
    {
      table: RouteTable.main,
      type: RouteType.unicast,
      destination: 0 as Ipv4Address,
      prefixLength: 0,
      gateway: ip(gateway),
      device: 0,
      metric: 0,
      scope: Scope.universe,
      protocol: RouteProtocol.boot,
      preferredSource: 0 as Ipv4Address,
      tos: 0,
      onlink: false,
      mtu: 0,
    },
    "add",
  ).errno;

/** Answers whatever comes with `body` and closes. */
function serveHttp(namespace: NetworkNamespace, body: string): void {
  const listener = namespace.sockets.listen({ address: 0 as Ipv4Address, port: 80 }, 511);
  if (typeof listener === "number") return;
  listener.onEvent = () => {
    for (let socket = listener.accept(); socket !== undefined; socket = listener.accept())
      answer(socket, body);
  };
}

function answer(socket: TcpSocket, body: string): void {
  const respond = (): void => {
    const octets = socket.receive(4096);
    if (octets === null) return;
    if (octets.length > 0) socket.send(new TextEncoder().encode(body));
    socket.onEvent = null;
    socket.close();
  };
  socket.onEvent = respond;
  respond();
}
