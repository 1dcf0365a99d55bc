/** Advice about services: servers that nobody has, schedulers that do not suit, persistence, what is lost when saved. */
import {
  formatIpv4Address,
  formatRule,
  IpProtocol,
  type Ipv4Address,
  parseIpv4Address,
  type VirtualServiceConfig,
} from "@lvsim/core";
import type { HostFacts } from "../diagnosis/evidence.ts";
import { routeTo, type ServiceFacts } from "../diagnosis/network.ts";
import { nameOf, serverName } from "../diagnosis/rules/service-commands.ts";
import { namesOf, on } from "../diagnosis/suspect.ts";
import type { Advice } from "./advice.ts";
import type { LintFacts } from "./facts.ts";
import { serversBy, translates } from "./path-advice.ts";

export const serviceAdvice = (facts: LintFacts): Advice[] => [
  ...facts.network
    .services()
    .flatMap((service) => [
      ...servers(facts, service),
      ...quiesced(service),
      ...datagrams(service),
      ...uneven(facts, service),
      ...firewalled(facts, service),
    ]),
  ...circles(facts),
  ...typed(facts),
];

function servers({ network }: LintFacts, facts: ServiceFacts): Advice[] {
  const { director, service } = facts;
  const values = { director: director.name, service: nameOf(service) };
  const missing = network
    .serversOf(facts)
    // what is behind other devices may be in a container
    .filter(({ server, host }) => {
      const route = routeTo(director, server.address);
      const out = director.config.devices.find(({ index }) => index === route?.device);
      return (
        host === undefined &&
        out !== undefined &&
        director.cables.has(out.name) &&
        route?.gateway === 0
      );
    })
    .map(({ server }) => serverName(server));
  const usable = service.realServers.some(({ weight }) => weight > 0);
  return [
    ...(usable ? [] : [{ rule: "no-server" as const, values, better: [] }]),
    ...(missing.length === 0
      ? []
      : [
          {
            rule: "nobody-there" as const,
            values: { ...values, servers: missing.join(", ") },
            better: missing.map((server) =>
              on(director, `ipvsadm -d ${nameOf(service)} -r ${server}`),
            ),
          },
        ]),
  ];
}

const HASH_FALLBACK = 8;

function quiesced({ director, service }: ServiceFacts): Advice[] {
  const out = service.realServers.filter(({ weight }) => weight === 0);
  if (out.length === 0 || out.length === service.realServers.length) return [];
  const name = nameOf(service);
  const values = { service: name, servers: out.map(serverName).join(", ") };
  const expires = director.config.sysctls.values["net/ipv4/vs/expire_quiescent_template"] === "1";
  const hashes = service.scheduler === "sh" || service.scheduler === "mh";
  return [
    ...(service.persistenceTimeout > 0 && !expires
      ? [
          {
            rule: "quiesced-persistent" as const,
            values,
            better: [on(director, "sysctl -w net.ipv4.vs.expire_quiescent_template=1")],
          },
        ]
      : []),
    ...(hashes && (service.schedulerFlags & HASH_FALLBACK) === 0
      ? [
          {
            rule: "quiesced-hash" as const,
            values,
            better: [
              on(
                director,
                `ipvsadm -E ${name} -s ${service.scheduler} -b ${service.scheduler}-fallback`,
              ),
            ],
          },
        ]
      : []),
  ];
}

const isUdp = ({ identity }: VirtualServiceConfig): boolean =>
  identity.kind === "address" && identity.protocol === IpProtocol.udp;

function datagrams({ director, service }: ServiceFacts): Advice[] {
  if (!isUdp(service) || service.realServers.length < 2) return [];
  const { scheduler, onePacket, persistenceTimeout } = service;
  const values = { director: director.name, service: nameOf(service), scheduler };
  const neverActive = scheduler === "nq" || scheduler === "sed" || scheduler === "lc";
  return [
    ...(neverActive && scheduler !== "lc"
      ? [
          {
            rule: "udp-never-active" as const,
            values,
            better: [on(director, `ipvsadm -E ${nameOf(service)} -s wlc`)],
          },
        ]
      : []),
    ...(onePacket || persistenceTimeout > 0 || neverActive
      ? []
      : [{ rule: "udp-sticks" as const, values, better: [] }]),
  ];
}

/** Connections that one server has beyond its part, from which on persistence is to blame. */
const COUNT_MIN = 4;

/** Dynamic: what the trace shows of a persistent service's choices. */
function uneven({ run }: LintFacts, { director, service }: ServiceFacts): Advice[] {
  if (service.persistenceTimeout === 0 || service.realServers.length < 2) return [];
  const counts = new Map<string, number>();
  const words = nameOf(service).slice(3);
  for (const event of run.events)
    if (
      event.kind === "scheduled" &&
      event.place === director.name &&
      event.decider?.describe().endsWith(words) === true
    ) {
      const server = formatIpv4Address(event.server as never);
      counts.set(server, (counts.get(server) ?? 0) + 1);
    }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const [server = "", share = 0] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  const weights = service.realServers.reduce((sum, { weight }) => sum + weight, 0);
  const own = service.realServers.find(({ address }) => formatIpv4Address(address) === server);
  const due = weights === 0 ? 1 : (own?.weight ?? 0) / weights;
  return total < COUNT_MIN || share <= Math.ceil(total * due) + 1
    ? []
    : [
        {
          rule: "persistence-uneven",
          values: {
            director: director.name,
            service: nameOf(service),
            share,
            count: total,
            server,
          },
          better: [],
        },
      ];
}

/** Firewalls of the director in the way of its own service. */
function firewalled({ network }: LintFacts, facts: ServiceFacts): Advice[] {
  const { director, service } = facts;
  const chains = director.config.netfilter.tables.filter?.chains ?? [];
  const untracked = (director.config.sysctls.values["net/ipv4/vs/conntrack"] ?? "0") === "0";
  const masqueraded = serversBy(network, facts, "masquerading").length > 0;
  const closed = (name: string): boolean =>
    chains.some(
      (chain) =>
        chain.name === name &&
        chain.policy === "DROP" &&
        !chain.rules.some(
          (rule) => rule.target === "ACCEPT" && !formatRule(rule).includes("-i lo"),
        ),
    );
  const values = { director: director.name, service: nameOf(service) };
  const drops = chains.some(({ rules }) =>
    rules.some((rule) => rule.target === "DROP" && formatRule(rule).includes("INVALID")),
  );
  const nat = director.config.netfilter.tables.nat?.chains ?? [];
  const post = nat.some(({ name, rules }) => name === "POSTROUTING" && rules.length > 0);
  const track = [on(director, "sysctl -w net.ipv4.vs.conntrack=1")];
  return [
    ...(closed("INPUT") ? [{ rule: "input-closed" as const, values, better: [] }] : []),
    ...(masqueraded && closed("FORWARD")
      ? [{ rule: "forward-closed" as const, values, better: [] }]
      : []),
    ...(untracked && masqueraded && drops
      ? [{ rule: "invalid-dropped" as const, values, better: track }]
      : []),
    ...(untracked && masqueraded && post
      ? [{ rule: "nat-rules-untracked" as const, values, better: track }]
      : []),
  ];
}

/** Directors that are each other's servers, without anything that tells the other's packets from clients'. */
function circles({ network }: LintFacts): Advice[] {
  const services = network.services();
  const names = new Set(services.map(({ service }) => nameOf(service)));
  return [...names].flatMap((name) => {
    const own = services.filter(({ service }) => nameOf(service) === name);
    const directors = own.map(({ director }) => director);
    const mutual = own.filter((facts) =>
      network
        .serversOf(facts)
        .some(
          ({ host }) => host !== undefined && host !== facts.director && directors.includes(host),
        ),
    );
    const quiet = (host: HostFacts): boolean =>
      host.config.sysctls.values["net/ipv4/vs/backup_only"] === "1";
    return mutual.length < 2 || mutual.some(({ director }) => quiet(director))
      ? []
      : [
          {
            rule: "directors-as-servers" as const,
            values: { hosts: namesOf(mutual.map(({ director }) => director)), service: name },
            better: [],
          },
        ];
  });
}

const OTHER_PORT = /ipvsadm -a (?:-[tu]) \S+:(\d+) -r (\S+):(\d+)(?=.*-[gi]\b)/;

/** What only the command lines show. */
function typed({ run, network }: LintFacts): Advice[] {
  const commands = run.starts.flatMap(({ host, command }) =>
    command.split("\n").map((text) => ({ host, text: text.trim() })),
  );
  const hosts = [...new Set(commands.map(({ host }) => host))];
  const saving = hosts.filter((host) => {
    const own = commands.filter((one) => one.host === host).map(({ text }) => text);
    return (
      own.some((text) => /ipvsadm(?:-save| -S)/.test(text)) &&
      own.findLastIndex((text) => /ipvsadm(?:-restore| -R)/.test(text)) >
        own.findLastIndex((text) => /ipvsadm -[ae] .*-x \d/.test(text))
    );
  });
  return [
    ...commands.flatMap(({ host, text }) => {
      const [, port = "", server = "", wished = ""] = OTHER_PORT.exec(text) ?? [];
      const there = network.hostAt(parseIpv4Address(server) ?? (0 as Ipv4Address));
      return port === wished || (there !== undefined && translates(there))
        ? []
        : [
            {
              rule: "port-ignored" as const,
              values: { director: host, command: text, port: wished },
              better: [],
            },
          ];
    }),
    ...saving.map((host) => ({ rule: "saved-rules" as const, values: { host }, better: [] })),
  ];
}
