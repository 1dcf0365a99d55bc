/** Rules of iptables that take packets away or turn them aside, and the tracking of connections. */
import type { Draw } from "../draw.ts";
import { type FaultKind, fault, lineBecomes, lineComes } from "../fault-kind.ts";
import { linesAt, type Place, type Site } from "../places.ts";
import { protocolOf } from "../start-lines.ts";

const last = (site: Site, place: Place): string | null => linesAt(site, place).at(-1) ?? null;

const says = (place: Place, where: string): readonly [en: string, zh: string] => [
  `a rule in ${where} of ${place.name} takes packets of the service away`,
  `${place.name} 的 ${where} 链中有规则丢弃服务的报文`,
];

function rule(site: Site, place: Place | undefined, chain: string, match: string, target = "DROP") {
  if (place === undefined) return null;
  const line = `iptables -I ${chain} -p ${protocolOf(site.plan)} ${match} -j ${target}`;
  return fault(place, ...says(place, chain), lineComes(place, line, last(site, place)));
}

const forwarder = (site: Site, draw: Draw): Place | undefined => draw.one(site.routers);

const isNat = ({ plan }: Site): boolean => plan.shape.method === "-m";

export const FIREWALL_KINDS: readonly FaultKind[] = [
  {
    name: "firewall-input-on-server",
    isEasy: true,
    plant: (site, draw) =>
      rule(site, draw.one(site.servers), "INPUT", `--dport ${site.plan.serverPort}`),
  },
  {
    name: "firewall-rejects-on-server",
    isEasy: true,
    plant: (site, draw) =>
      rule(
        site,
        draw.one(site.servers),
        "INPUT",
        `--dport ${site.plan.serverPort}`,
        draw.one(["REJECT", "REJECT --reject-with icmp-admin-prohibited"]),
      ),
  },
  {
    name: "firewall-output-on-server",
    isEasy: false,
    plant: (site, draw) =>
      rule(site, draw.one(site.servers), "OUTPUT", `--sport ${site.plan.serverPort}`),
  },
  {
    name: "firewall-input-on-director",
    isEasy: true,
    plant: (site) => rule(site, site.director, "INPUT", `--dport ${site.plan.port}`),
  },
  {
    name: "firewall-forward-on-router",
    isEasy: false,
    plant: (site, draw) =>
      rule(
        site,
        forwarder(site, draw),
        "FORWARD",
        draw.one([`--dport ${site.plan.port}`, `--sport ${site.plan.port}`]),
      ),
  },
  {
    name: "firewall-forward-on-director",
    isEasy: false,
    plant: (site) =>
      isNat(site) ? rule(site, site.director, "FORWARD", `--sport ${site.plan.serverPort}`) : null,
  },
  {
    name: "firewall-output-on-client",
    isEasy: true,
    plant: (site, draw) =>
      rule(site, draw.one(site.clients), "OUTPUT", `--dport ${site.plan.port}`),
  },
  {
    name: "firewall-input-on-client",
    isEasy: false,
    plant: (site, draw) => rule(site, draw.one(site.clients), "INPUT", `--sport ${site.plan.port}`),
  },
  {
    name: "firewall-policy-on-server",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined) return null;
      return fault(
        server,
        `the policy of ${server.name} drops what no rule lets in`,
        `${server.name} 的默认策略丢弃未被放行的报文`,
        lineComes(server, "iptables -P INPUT DROP", last(site, server)),
      );
    },
  },
  {
    name: "firewall-policy-on-forwarder",
    isEasy: false,
    plant(site, draw) {
      const place = isNat(site) && draw.often(50) ? site.director : forwarder(site, draw);
      if (place === undefined) return null;
      return fault(
        place,
        `the FORWARD policy of ${place.name} is DROP`,
        `${place.name} 的 FORWARD 默认策略是 DROP`,
        lineComes(place, "iptables -P FORWARD DROP", last(site, place)),
      );
    },
  },
  {
    name: "firewall-guard-lacks-a-rule",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined) return null;
      const lines = linesAt(site, server);
      const line = draw.one(
        lines.filter((one) => /^iptables -A INPUT -p (?!icmp)\S+.*-j ACCEPT$/.test(one)),
      );
      if (line === undefined) return null;
      return fault(
        server,
        `the firewall of ${server.name} lacks a rule that lets the service in`,
        `${server.name} 的防火墙缺少放行服务的规则`,
        { on: server.name, was: line, is: null, after: lines[lines.indexOf(line) - 1] ?? null },
      );
    },
  },
  {
    name: "firewall-before-routing",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([site.director, ...site.routers, ...site.servers]);
      if (place === undefined) return null;
      const table = draw.one(["raw", "mangle"]);
      const port = place.kind === "server" ? site.plan.serverPort : site.plan.port;
      const line = `iptables -t ${table} -I PREROUTING -p ${protocolOf(site.plan)} --dport ${port} -j DROP`;
      return fault(
        place,
        ...says(place, `${table} PREROUTING`),
        lineComes(place, line, last(site, place)),
      );
    },
  },
  {
    name: "firewall-drops-some",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.servers, site.director]);
      if (place === undefined) return null;
      const port = place.kind === "server" ? site.plan.serverPort : site.plan.port;
      const line = `iptables -I INPUT -p ${protocolOf(site.plan)} --dport ${port} -m statistic --mode random --probability 0.4 -j DROP`;
      return fault(
        place,
        `a rule of ${place.name} drops packets of the service at random`,
        `${place.name} 的一条规则随机丢弃服务的报文`,
        lineComes(place, line, last(site, place)),
      );
    },
  },
  {
    name: "firewall-drops-tunnel",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined || site.plan.shape.method !== "-i") return null;
      return fault(
        server,
        `a rule of ${server.name} drops IPIP`,
        `${server.name} 的一条规则丢弃 IPIP 报文`,
        lineComes(server, "iptables -I INPUT -p ipencap -j DROP", last(site, server)),
      );
    },
  },
  {
    name: "firewall-limits-connections",
    isEasy: false,
    plant(site) {
      if (protocolOf(site.plan) !== "tcp") return null;
      const [first] = site.routers;
      const place = first ?? site.director;
      const chain = first === undefined ? "INPUT" : "FORWARD";
      return fault(
        place,
        `a rule of ${place.name} lets in few connections a minute`,
        `${place.name} 的一条规则每分钟只放行少量连接`,
        lineComes(
          place,
          `iptables -I ${chain} -p tcp --dport ${site.plan.port} --syn -m hashlimit --hashlimit-above 2/minute --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-name web -j DROP`,
          last(site, place),
        ),
      );
    },
  },
  {
    name: "port-turned-aside",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined) return null;
      const line = `iptables -t nat -A PREROUTING -p ${protocolOf(site.plan)} --dport ${site.plan.serverPort} -j REDIRECT --to-ports ${site.plan.serverPort + 7}`;
      return fault(
        server,
        `a rule of ${server.name} turns the port aside`,
        `${server.name} 的一条规则把端口重定向到别处`,
        lineComes(server, line, last(site, server)),
      );
    },
  },
  {
    name: "masquerading-missing",
    isEasy: false,
    plant(site) {
      const lines = linesAt(site, site.director);
      const line = lines.find((one) => one.endsWith("-j MASQUERADE"));
      return line === undefined
        ? null
        : fault(
            site.director,
            "the director does not masquerade, so answers go past it",
            "调度器没有做 MASQUERADE,应答绕过了它",
            {
              on: site.director.name,
              was: line,
              is: null,
              after: lines[lines.indexOf(line) - 1] ?? null,
            },
          );
    },
  },
  {
    name: "untracked-by-ipvs",
    isEasy: false,
    plant(site) {
      const line = "sysctl -w net.ipv4.vs.conntrack=1";
      return linesAt(site, site.director).includes(line)
        ? fault(
            site.director,
            "packets of IPVS are not tracked, so no rule of the nat table sees them",
            "IPVS 报文不被跟踪,nat 表规则不起作用",
            lineBecomes(site.director, line, line.replace("=1", "=0")),
          )
        : null;
    },
  },
  {
    name: "tracking-table-full",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.routers, ...site.servers]);
      if (place === undefined) return null;
      const track = "iptables -A INPUT -m conntrack --ctstate INVALID -j DROP";
      return fault(
        place,
        `${place.name} tracks two connections at most`,
        `${place.name} 最多跟踪两个连接`,
        lineComes(place, track, last(site, place)),
        lineComes(place, "sysctl -w net.netfilter.nf_conntrack_max=2", track),
      );
    },
  },
];
