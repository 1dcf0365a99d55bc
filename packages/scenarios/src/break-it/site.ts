/** A made lab: the machines of a plan with what is typed on them, and where everything stands in it. */
import type { LabSource } from "../lab-file/schema.ts";
import { addressOn, type Made, type Place, type Site } from "./places.ts";
import type { Plan } from "./plan.ts";
import { startLines } from "./start-lines.ts";

/** Numbers within a subnet. */
const NUMBERS = {
  router: 1,
  director: 10,
  backup: 11,
  server: 20,
  client: 30,
  bystander: 40,
} as const;
const VIP_NUMBER = 50;

const ROLES: Readonly<Record<Place["kind"], { readonly en: string; readonly zh: string }>> = {
  client: { en: "client", zh: "客户端" },
  router: { en: "router", zh: "路由器" },
  director: { en: "director", zh: "调度器" },
  backup: { en: "backup director", zh: "备用调度器" },
  server: { en: "real server", zh: "真实服务器" },
  bystander: { en: "bystander", zh: "旁观主机" },
};

export function buildSite(plan: Plan): Site {
  const { shape } = plan;
  const vip = subnetOf(plan, shape.director[0] ?? "").at(VIP_NUMBER);
  const routers = shape.routers.map((segments, i) =>
    place(plan, "router", i, segments, i === 0 ? "gw" : `gw${i + 1}`),
  );
  const director = place(plan, "director", 0, shape.director, "dir");
  const gatewayOn = (segment: string): string => {
    const by = routers.find((router) => addressOn(router, segment) !== "");
    return by === undefined ? "" : addressOn(by, segment);
  };
  const servers = Array.from({ length: plan.servers }, (_unused, i) => {
    const segment = shape.servers[i % shape.servers.length] ?? "";
    const one = place(plan, "server", i, [segment], `${plan.serverName}${i + 1}`);
    const gateway =
      shape.answersBy === "nobody"
        ? ""
        : shape.answersBy === "director"
          ? addressOn(director, segment)
          : gatewayOn(segment);
    return { ...one, gateway };
  });
  const clients = Array.from({ length: plan.clients }, (_unused, i) => {
    const one = place(plan, "client", i, [shape.clients], i === 0 ? "client" : `client${i + 1}`);
    return { ...one, gateway: gatewayOn(shape.clients) };
  });
  const [front = ""] = shape.director;
  const others = [
    ...(plan.backup ? [place(plan, "backup", 0, shape.director, "backup")] : []),
    ...(plan.bystander ? [place(plan, "bystander", 0, [front], "printer")] : []),
  ].map((one) => ({ ...one, gateway: gatewayOn(front) }));
  const ways = routers.map((router, i) => {
    const up = routers[i - 1];
    const gateway = up === undefined ? "" : addressOn(up, router.legs[0]?.segment ?? "");
    return { ...router, gateway };
  });
  const site = {
    plan,
    vip,
    clients,
    routers: ways,
    director: { ...director, gateway: gatewayOn(front) },
    servers,
  };
  const places = [...clients, ...ways, site.director, ...others, ...servers];
  return { ...site, places, source: sourceOf({ ...site, places }) };
}

const subnetOf = (plan: Plan, segment: string) => {
  const subnet = plan.subnets.get(segment);
  if (subnet === undefined) throw new Error(`no subnet for ${segment}`);
  return subnet;
};

function place(
  plan: Plan,
  kind: Place["kind"],
  number: number,
  segments: readonly string[],
  name: string,
): Place {
  const legs = segments.map((segment, i) => ({
    segment,
    cable: `eth${i}`,
    device: plan.shape.tagged === segment ? `eth${i}.${plan.vlan}` : `eth${i}`,
    address: subnetOf(plan, segment).at(NUMBERS[kind] + number),
  }));
  return { name, kind, legs, gateway: "" };
}

function sourceOf(site: Made): LabSource {
  const { plan, places, clients, vip } = site;
  const { shape, subnets } = plan;
  const hosts = places.map((one) => [one.name, hostOf(site, one)] as const);
  const times = clients.length > 1 ? Math.max(plan.servers, 2) : Math.max(2 * plan.servers, 4);
  return {
    format: 1,
    title: { en: "A made lab", zh: "生成的实验" },
    about: {
      en: `${clients.length} clients, ${plan.servers} real servers, one service.`,
      zh: `${clients.length} 个客户端,${plan.servers} 台真实服务器,一个服务。`,
    },
    image: plan.image,
    ...(shape.method === "-b" ? { ipvsadm: "fullnat" as const } : {}),
    segments: Object.fromEntries([...subnets].map(([name, { prefix }]) => [name, { prefix }])),
    vips: [vip],
    hosts: Object.fromEntries(hosts),
    traffic: clients.map(({ name }) => ({
      from: name,
      run: requestOf(site),
      times,
      every: "1s",
    })),
  };
}

function hostOf(site: Made, one: Place): LabSource["hosts"][string] {
  const { plan, vip } = site;
  const isTagged = one.legs.some(({ cable, device }) => cable !== device);
  const devices = one.legs.map(({ segment, cable, device, address }) => {
    const { length } = subnetOf(plan, segment);
    return [cable, { segment, ...(cable === device ? { address: `${address}/${length}` } : {}) }];
  });
  const lines = startLines(site, one);
  const files = {
    ...(one.kind === "client" && plan.name !== ""
      ? { "/etc/hosts": { content: `127.0.0.1 localhost\n${vip} ${plan.name}\n` } }
      : {}),
    ...(one.kind === "server" ? serverFiles(plan, one) : {}),
  };
  return {
    role: ROLES[one.kind],
    devices: Object.fromEntries(devices),
    ...(one.gateway === "" || isTagged ? {} : { gateway: one.gateway }),
    ...(Object.keys(files).length === 0 ? {} : { files }),
    ...(lines.length === 0 ? {} : { start: lines.map((line) => `${line}\n`).join("") }),
  };
}

/** A page of several segments, so that a path too narrow shows. */
const PAGE_LINES = 60;

function serverFiles({ serverPort, offer }: Plan, { name }: Place) {
  if (offer !== "page" && offer !== "upload") return {};
  const page = Array.from({ length: PAGE_LINES }, () => `${name} ${"=".repeat(60)}\n`).join("");
  const conf = `server {\n    listen ${serverPort};\n    location / {\n        root /srv/www;\n    }\n}\n`;
  return {
    "/srv/www/index.html": { content: page },
    "/etc/nginx/conf.d/shop.conf": { content: conf },
  };
}

/** What a client types for one request. */
function requestOf({ plan, vip }: Made): string {
  const { offer, port, name, serverName } = plan;
  const url = `http://${name === "" ? vip : name}${port === 80 ? "" : `:${port}`}/`;
  switch (offer) {
    case "page":
      return `curl -s -m 3 ${url} | grep -m 1 ${serverName}`;
    case "upload":
      return `head -c 9000 /dev/zero | curl -s -m 3 -w "%{http_code}\\n" -o /dev/null --data-binary @- ${url}`;
    case "line":
      return `echo hello | nc -w 3 ${vip} ${port} | grep ${serverName}`;
    case "datagram":
      return `echo hello | socat -t 1 - UDP4:${vip}:${port} | grep ${serverName}`;
  }
}
