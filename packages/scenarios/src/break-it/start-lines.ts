/** What is typed on the machines of a made lab before it begins. */
import type { Made, Place } from "./places.ts";
import type { Plan } from "./plan.ts";

const QUIET = [
  "sysctl -w net.ipv4.conf.all.arp_ignore=1",
  "sysctl -w net.ipv4.conf.all.arp_announce=2",
];

export function startLines(site: Made, place: Place): string[] {
  return [...installs(site, place), ...taggedDevices(site, place), ...own(site, place)];
}

/** CentOS comes with less, and with a firewall. */
function installs({ plan }: Made, { kind }: Place): string[] {
  if (plan.image !== "centos-7") return [];
  const install = (what: string): string => `yum install -y ${what}`;
  if (kind === "director" || kind === "backup")
    return ["systemctl stop firewalld", install("ipvsadm")];
  if (kind === "client" || kind === "bystander") return [];
  const program = kind === "server" ? [install("epel-release"), install("nginx")] : [];
  return ["systemctl stop firewalld", ...program];
}

function own(site: Made, place: Place): string[] {
  switch (place.kind) {
    case "router":
      return ["sysctl -w net.ipv4.ip_forward=1", ...waysBehind(site, place), ...clamp(site, place)];
    case "director":
      return [...waysBehind(site, place), ...directorLines(site, place)];
    case "backup":
      return directorLines(site, place);
    case "server":
      return serverLines(site, place);
    default:
      return [];
  }
}

/** VLAN devices cannot be configured at boot. */
function taggedDevices({ plan }: Made, { legs, gateway }: Place): string[] {
  const tagged = legs.filter(({ cable, device }) => cable !== device);
  const lines = tagged.flatMap(({ cable, device, address, segment }) => [
    `ip link add link ${cable} name ${device} type vlan id ${plan.vlan}`,
    `ip addr add ${address}/${plan.subnets.get(segment)?.length} dev ${device}`,
    `ip link set ${device} up`,
  ]);
  return tagged.length === 0 || gateway === ""
    ? lines
    : [...lines, `ip route add default via ${gateway}`];
}

/** Routes to segments behind a router that stands beside. */
function waysBehind({ plan, routers }: Made, { name, legs }: Place): string[] {
  const near = new Set(legs.map(({ segment }) => segment));
  return routers.flatMap((router) => {
    const shared = router.legs.find(({ segment }) => near.has(segment));
    // only towards what lies behind it: the way to the clients is the default route
    if (router.name === name || shared === undefined || shared !== router.legs[0]) return [];
    return router.legs
      .filter(({ segment }) => !near.has(segment))
      .map(
        ({ segment }) => `ip route add ${plan.subnets.get(segment)?.prefix} via ${shared.address}`,
      );
  });
}

/** What goes through a tunnel must leave room for its header. */
function clamp({ plan, routers }: Made, place: Place): string[] {
  if (plan.shape.method !== "-i" || plan.offer !== "upload" || routers[0]?.name !== place.name)
    return [];
  return ["iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400"];
}

export const protocolOf = ({ offer }: Plan): "udp" | "tcp" =>
  offer === "datagram" ? "udp" : "tcp";

/** The service as ipvsadm is told. */
const serviceWords = ({ plan, vip }: Made): string =>
  plan.mark > 0
    ? `-f ${plan.mark}`
    : `${protocolOf(plan) === "udp" ? "-u" : "-t"} ${vip}:${plan.port}`;

/** The address of full-nat that the real servers see. */
export const localAddress = ({ plan, director }: Made): string => {
  const inner = director.legs.at(-1);
  return plan.subnets.get(inner?.segment ?? "")?.at(12) ?? "";
};

function directorLines(site: Made, place: Place): string[] {
  const { plan, vip, servers } = site;
  const { shape } = plan;
  const service = serviceWords(site);
  const isFirst = place.kind === "director";
  const inner = place.legs.at(-1)?.device ?? "";
  const protocol = protocolOf(plan);
  const options = `-s ${plan.scheduler}${plan.persistence > 0 ? ` -p ${plan.persistence}` : ""}`;
  const forwards = shape.method === "-m" || shape.method === "-b";
  return [
    ...(forwards ? ["sysctl -w net.ipv4.ip_forward=1"] : []),
    ...(shape.method === "-m" && place.legs.length === 1 ? noRedirects(place) : []),
    ...(isFirst ? [`ip addr add ${vip}/32 dev ${place.legs[0]?.device}`] : []),
    ...(shape.method === "-b" && isFirst
      ? [`ip addr add ${localAddress(site)}/32 dev ${inner}`]
      : []),
    ...(plan.mark > 0
      ? [
          `iptables -t mangle -A PREROUTING -d ${vip} -p ${protocol} --dport ${plan.port} -j MARK --set-mark ${plan.mark}`,
        ]
      : []),
    `ipvsadm -A ${service} ${options}`,
    ...(shape.method === "-b" ? [`ipvsadm -P ${service} -z ${localAddress(site)}`] : []),
    ...servers.map(
      (server, i) =>
        `ipvsadm -a ${service} -r ${server.legs[0]?.address}:${plan.serverPort} ${shape.method} -w ${plan.weights[i] ?? 1}`,
    ),
    ...(shape.masquerades === true
      ? [
          "sysctl -w net.ipv4.vs.conntrack=1",
          `iptables -t nat -A POSTROUTING -p ${protocol} --dport ${plan.serverPort} -j MASQUERADE`,
        ]
      : []),
  ];
}

/** A director with one arm would tell the real servers of a shorter way. */
const noRedirects = ({ legs }: Place): string[] =>
  ["all", ...legs.map(({ device }) => device)].map(
    (name) => `sysctl -w net.ipv4.conf.${name.replace(".", "/")}.send_redirects=0`,
  );

function serverLines(site: Made, place: Place): string[] {
  const { plan, vip } = site;
  const { method } = plan.shape;
  const owns = method === "-g" || method === "-i";
  return [
    ...(owns ? QUIET : []),
    ...(method === "-g" ? [`ip addr add ${vip}/32 dev lo`] : []),
    ...(method === "-i"
      ? [
          "modprobe ipip",
          `ip addr add ${vip}/32 dev tunl0`,
          "ip link set tunl0 up",
          "sysctl -w net.ipv4.conf.tunl0.rp_filter=0",
        ]
      : []),
    ...(plan.guarded ? guard(plan) : []),
    programLine(site, place),
  ];
}

function guard({ shape, serverPort, offer }: Plan): string[] {
  const protocol = offer === "datagram" ? "udp" : "tcp";
  return [
    ...(shape.method === "-i" ? ["iptables -A INPUT -p ipencap -j ACCEPT"] : []),
    "iptables -A INPUT -p icmp -j ACCEPT",
    `iptables -A INPUT -p ${protocol} --dport ${serverPort} -j ACCEPT`,
    "iptables -P INPUT DROP",
  ];
}

/** The program that answers. What takes datagrams for the VIP must answer from it. */
function programLine({ plan, vip }: Made, _place: Place): string {
  const { offer, serverPort, shape } = plan;
  const bind = shape.method === "-g" || shape.method === "-i" ? `,bind=${vip}` : "";
  switch (offer) {
    case "line":
      return `socat TCP4-LISTEN:${serverPort},fork,reuseaddr EXEC:hostname &`;
    case "datagram":
      return `socat UDP4-LISTEN:${serverPort}${bind},fork EXEC:hostname &`;
    default:
      return "systemctl start nginx";
  }
}
