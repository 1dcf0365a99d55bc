/** Switches of the kernel: reverse path filter, source checks, IPVS's own, and those that differ from what is usual. */
import { formatIpv4Address } from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import { cabled, defaultRoute } from "../network.ts";
import { on, type Rule, type Suspect } from "../suspect.ts";
import { directorsOf } from "./vip.ts";

/** The greater of `all` and the device's decides: both must be low. */
export const reversePath: Rule = ({ network, at, incident }) =>
  network.hosts.flatMap((host) => {
    const { conf } = host.config.sysctls;
    const places = ["all", ...host.config.devices.map(({ name }) => name)].filter(
      (place) => (conf[place]?.rp_filter ?? 0) > 0,
    );
    if (places.length === 0) return [];
    const byRule =
      incident.end?.kind === "dropped" && incident.end.reason === "ip-reverse-path-filter";
    const rank = host === at && byRule ? 0 : 1.5;
    return [0, 2].map((value) => ({
      cause: "rpFilter" as const,
      values: { host: host.name, device: places.join(", ") },
      fix: [
        on(
          host,
          `sysctl -w ${places.map((place) => `net.ipv4.conf.${place}.rp_filter=${value}`).join(" ")}`,
        ),
      ],
      rank: rank + value / 10,
      setting: { host: host.name, path: `sysctls.conf.${places[0]}.rp_filter` },
    }));
  });

/** A packet whose source the machine has itself: it is taken for a forgery. */
export const ownSource: Rule = ({ network, at, incident, services, target }) => {
  const martian = incident.end?.kind === "dropped" && incident.end.reason === "ip-martian-source";
  if (!martian || at === undefined || target === null) return [];
  const vip = formatIpv4Address(target.address);
  const device = cabled(at)[0]?.name ?? "eth0";
  const accept: Suspect = {
    cause: "acceptLocal",
    values: { host: at.name, vip },
    fix: [
      on(at, `sysctl -w net.ipv4.conf.all.accept_local=1 net.ipv4.conf.${device}.accept_local=1`),
    ],
    rank: 1.5,
    setting: { host: at.name, path: "sysctls.conf.all.accept_local" },
  };
  const isDirector = directorsOf(services).includes(at);
  const servers = isDirector ? ownersByDirector(network.hosts, at) : [];
  return [
    accept,
    ...servers.flatMap((host) =>
      network.hosts
        .filter((other) => other !== host && other !== at)
        .flatMap((other) => network.sharedAddresses(other, host))
        .map((address, i) => ({
          cause: "gatewayIsDirector" as const,
          values: { host: host.name, director: at.name, better: formatIpv4Address(address) },
          fix: [on(host, `ip route replace default via ${formatIpv4Address(address)}`)],
          rank: 0 + i / 20,
          setting: { host: host.name, path: "routes" },
        })),
    ),
  ];
};

const ownersByDirector = (hosts: readonly HostFacts[], director: HostFacts): HostFacts[] =>
  hosts.filter((host) => {
    const via = defaultRoute(host)?.gateway ?? 0;
    return (
      via !== 0 &&
      director.config.devices.some(({ addresses }) => addresses.some(({ local }) => local === via))
    );
  });

/** IPVS's switches, with what each is worth trying for. */
const IPVS_SWITCHES: readonly (readonly [name: string, normal: string, better: string])[] = [
  ["expire_nodest_conn", "0", "1"],
  ["expire_quiescent_template", "0", "1"],
  ["conn_reuse_mode", "1", "1"],
  ["drop_packet", "0", "0"],
  ["drop_entry", "0", "0"],
  ["secure_tcp", "0", "0"],
  ["pmtu_disc", "1", "0"],
  ["nat_icmp_send", "0", "1"],
  ["sloppy_tcp", "0", "1"],
  ["snat_reroute", "1", "1"],
  ["backup_only", "0", "1"],
  ["cache_bypass", "0", "0"],
  ["ignore_tunneled", "0", "1"],
  ["schedule_icmp", "0", "1"],
  // the fork's
  ["timestamp_remove_entry", "1", "1"],
  ["mss_adjust_entry", "1", "1"],
  ["toa_entry", "1", "1"],
  ["lport_min", "5000", "5000"],
  ["lport_max", "65535", "65535"],
];
/** Where a drop points at a switch. */
const POINTED: Readonly<Record<string, readonly string[]>> = {
  "ipvs-destination-gone": ["expire_nodest_conn"],
  "ipvs-no-destination": ["expire_quiescent_template"],
  "ipvs-drop-rate": ["drop_packet"],
  "tcp-paws": ["timestamp_remove_entry"],
  "ipvs-no-local-port": ["lport_min", "lport_max"],
  "ipvs-connection-refused-by-conntrack": ["conn_reuse_mode"],
  "ip-too-big": ["pmtu_disc"],
};

export const ipvsSwitches: Rule = ({ services, network, incident }) => {
  const { end } = incident;
  const pointed = end?.kind === "dropped" ? (POINTED[end.reason] ?? []) : [];
  const directors = [...new Set([...directorsOf(services), ...directorsOf(network.services())])];
  return directors.flatMap((host) =>
    IPVS_SWITCHES.flatMap(([name, normal, better]) => {
      const now = host.config.sysctls.values[`net/ipv4/vs/${name}`] ?? normal;
      if (now === better) return [];
      const suspicious = pointed.includes(name) ? 0.4 : now === normal ? 2.6 : 1.3;
      return [
        {
          cause: "sysctl" as const,
          values: { host: host.name, name: `net.ipv4.vs.${name}`, value: now, better },
          fix: [on(host, `sysctl -w net.ipv4.vs.${name}=${better}`)],
          rank: suspicious,
          setting: { host: host.name, path: `sysctls.values.net/ipv4/vs/${name}` },
        },
      ];
    }),
  );
};

/** Switches that somebody changed away from the kernel's default. */
const USUAL: Readonly<Record<string, string>> = {
  "net/ipv4/icmp_echo_ignore_all": "0",
  "net/ipv4/ip_default_ttl": "64",
  "net/ipv4/ip_no_pmtu_disc": "0",
  "net/ipv4/ip_local_port_range": "32768 60999",
  "net/ipv4/icmp_ratelimit": "1000",
  "net/ipv4/icmp_msgs_per_sec": "1000",
  "net/ipv4/tcp_timestamps": "1",
  "net/ipv4/tcp_tw_reuse": "2",
  "net/ipv4/tcp_syncookies": "1",
  "net/ipv4/tcp_abort_on_overflow": "0",
  "net/ipv4/tcp_mtu_probing": "0",
  "net/ipv4/tcp_max_syn_backlog": "512",
  "net/core/somaxconn": "4096",
  "net/ipv4/tcp_retries2": "15",
  "net/ipv4/tcp_syn_retries": "6",
  "net/ipv4/tcp_synack_retries": "5",
  "net/ipv4/tcp_keepalive_time": "7200",
  "net/ipv4/fwmark_reflect": "0",
};
/** Values to try although the default is in force. */
const WORTH: readonly (readonly [path: string, value: string])[] = [
  ["net/ipv4/tcp_mtu_probing", "1"],
  ["net/ipv4/tcp_keepalive_time", "600"],
];

export const changedSwitches: Rule = ({ network, at, incident }) => {
  const { end } = incident;
  const isOld = end?.kind === "dropped" && end.reason === "ip-ttl-exceeded";
  return network.hosts.flatMap((host) => {
    const { values } = host.config.sysctls;
    const changed = Object.entries(values)
      .filter(([path]) => USUAL[path] !== undefined && values[path] !== USUAL[path])
      .map(([path, value]) => {
        const isPointed = isOld && path === "net/ipv4/ip_default_ttl";
        const rank = isPointed ? 0.2 : host === at ? 1 : 1.7;
        return [path, value, USUAL[path] ?? "", rank] as const;
      });
    const worth = WORTH.filter(([path]) => values[path] === undefined).map(
      ([path, value]) => [path, USUAL[path] ?? "", value, 2.9] as const,
    );
    return [...changed, ...worth].map(([path, value, better, rank]) => ({
      cause: "sysctl" as const,
      values: { host: host.name, name: path.replaceAll("/", "."), value, better },
      fix: [on(host, `sysctl -w ${path.replaceAll("/", ".")}='${better}'`)],
      rank,
      setting: { host: host.name, path: `sysctls.values.${path}` },
    }));
  });
};

/** net.ipv4.conf.*: per machine, what differs from the kernel's default and is not covered by a rule of its own. */
const CONF_DEFAULTS = [
  ["proxy_arp", 0],
  ["proxy_arp_pvlan", 0],
  ["arp_filter", 0],
  ["arp_accept", 0],
  ["drop_gratuitous_arp", 0],
  ["accept_local", 0],
  ["bc_forwarding", 0],
] as const;

export const changedConf: Rule = ({ network, at }) =>
  network.hosts.flatMap((host) =>
    Object.entries(host.config.sysctls.conf).flatMap(([device, values]) => {
      if (device === "default" || device === "lo") return [];
      const odd = CONF_DEFAULTS.filter(([field, normal]) => values[field] !== normal).map(
        ([field, normal]) => ({
          cause: "sysctl" as const,
          values: {
            host: host.name,
            name: `net.ipv4.conf.${device}.${field}`,
            value: values[field],
            better: normal,
          },
          fix: [on(host, `sysctl -w net.ipv4.conf.${device}.${field}=${normal}`)],
          rank: host === at ? 1.1 : 1.6,
          setting: { host: host.name, path: `sysctls.conf.${device}.${field}` },
        }),
      );
      return odd;
    }),
  );

/** Machines that follow redirects go past the director once they have heard one. */
export const redirects: Rule = ({ network, services, client }) => {
  const servers = services.flatMap((facts) =>
    network.serversOf(facts).flatMap(({ host }) => host ?? []),
  );
  return [...new Set([...servers, client])].map((host) => ({
    cause: "redirects" as const,
    values: {
      host: host.name,
      device: cabled(host)
        .map(({ name }) => name)
        .join(", "),
    },
    fix: [
      on(
        host,
        `sysctl -w ${["all", ...cabled(host).map(({ name }) => name)]
          .map((name) => `net.ipv4.conf.${name}.accept_redirects=0`)
          .join(" ")}`,
      ),
    ],
    rank: 2.7,
    setting: { host: host.name, path: "sysctls.conf.all.accept_redirects" },
  }));
};
