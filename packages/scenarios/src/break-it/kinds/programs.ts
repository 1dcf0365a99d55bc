/** Programs, names and switches of single machines. */
import { type FaultKind, fault, lineBecomes, lineComes } from "../fault-kind.ts";
import { linesAt, type Place, type Site } from "../places.ts";

const last = (site: Site, place: Place): string | null => linesAt(site, place).at(-1) ?? null;

const PROGRAM = /^(?:socat |systemctl start nginx)/;

const CONF = "/etc/nginx/conf.d/shop.conf";

export const PROGRAM_KINDS: readonly FaultKind[] = [
  {
    name: "program-not-started",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined) return null;
      const lines = linesAt(site, server);
      const line = lines.find((one) => PROGRAM.test(one));
      if (line === undefined) return null;
      return fault(
        server,
        `nothing serves on ${server.name}`,
        `${server.name} 上没有启动服务程序`,
        { on: server.name, was: line, is: null, after: lines[lines.indexOf(line) - 1] ?? null },
      );
    },
  },
  {
    name: "program-stopped",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined || !linesAt(site, server).includes("systemctl start nginx"))
        return null;
      return fault(
        server,
        `nginx of ${server.name} was stopped`,
        `${server.name} 的 nginx 被停止`,
        lineComes(server, "systemctl stop nginx", "systemctl start nginx"),
      );
    },
  },
  {
    name: "program-on-another-port",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server && linesAt(site, server).find((one) => one.startsWith("socat "));
      if (server === undefined || line === undefined) return null;
      const { serverPort } = site.plan;
      return fault(
        server,
        `the program of ${server.name} listens on port ${serverPort + 1}`,
        `${server.name} 的程序监听端口 ${serverPort + 1}`,
        lineBecomes(server, line, line.replace(`LISTEN:${serverPort}`, `LISTEN:${serverPort + 1}`)),
      );
    },
  },
  {
    name: "page-on-another-port",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const content = server && site.source.hosts[server.name]?.files?.[CONF]?.content;
      if (server === undefined || content === undefined) return null;
      const { serverPort } = site.plan;
      const other = serverPort + 11;
      // the default site of a distribution has port 80
      if (serverPort === 80) return null;
      return fault(
        server,
        `nginx of ${server.name} listens on port ${other}`,
        `${server.name} 的 nginx 监听端口 ${other}`,
        {
          at: ["hosts", server.name, "files", CONF, "content"],
          was: content,
          is: content.replace(`listen ${serverPort}`, `listen ${other}`),
        },
      );
    },
  },
  {
    name: "program-on-loopback-only",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server && linesAt(site, server).find((one) => one.startsWith("socat "));
      if (server === undefined || line === undefined) return null;
      const bare = line.replace(/,bind=[0-9.]+/, "");
      return fault(
        server,
        `the program of ${server.name} listens on 127.0.0.1 alone`,
        `${server.name} 的程序只监听 127.0.0.1`,
        lineBecomes(server, line, bare.replace(",", ",bind=127.0.0.1,")),
      );
    },
  },
  {
    name: "program-answers-from-its-own-address",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server && linesAt(site, server).find((one) => one.startsWith("socat UDP4"));
      if (server === undefined || line === undefined) return null;
      const bare = line.replace(/,bind=[0-9.]+/, "");
      if (bare === line) return null;
      return fault(
        server,
        `the program of ${server.name} answers datagrams from the machine's own address`,
        `${server.name} 的程序用本机地址而不是 VIP 应答`,
        lineBecomes(server, line, bare),
      );
    },
  },
  {
    name: "name-leads-elsewhere",
    isEasy: true,
    plant(site, draw) {
      const client = draw.one(site.clients);
      const content = client && site.source.hosts[client.name]?.files?.["/etc/hosts"]?.content;
      if (client === undefined || content === undefined) return null;
      const { vip } = site;
      const other = vip.replace(/\d+$/, (number) => `${Number(number) + 2}`);
      return fault(
        client,
        `/etc/hosts of ${client.name} has ${other} for the name`,
        `${client.name} 的 /etc/hosts 中该名字指向 ${other}`,
        {
          at: ["hosts", client.name, "files", "/etc/hosts", "content"],
          was: content,
          is: content.replace(vip, other),
        },
      );
    },
  },
  {
    name: "ttl-too-short",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.clients, ...site.servers]);
      if (place === undefined) return null;
      return fault(
        place,
        `packets of ${place.name} begin with a TTL of 1`,
        `${place.name} 发出的报文 TTL 为 1`,
        lineComes(place, "sysctl -w net.ipv4.ip_default_ttl=1", last(site, place)),
      );
    },
  },
  {
    name: "client-without-ports",
    isEasy: false,
    plant(site, draw) {
      const client = draw.one(site.clients);
      if (client === undefined) return null;
      return fault(
        client,
        `${client.name} has two ports to ask from`,
        `${client.name} 只有两个可用的源端口`,
        lineComes(
          client,
          "sysctl -w net.ipv4.ip_local_port_range='40000 40001'",
          last(site, client),
        ),
      );
    },
  },
  {
    name: "redirects-past-director",
    isEasy: false,
    plant(site, draw) {
      const lines = linesAt(site, site.director);
      const line = draw.one(lines.filter((one) => one.includes("all.send_redirects=0")));
      const own = lines.filter((one) => one.includes("send_redirects=0"));
      if (line === undefined) return null;
      return fault(
        site.director,
        "the director sends ICMP redirects, and answers go past it",
        "调度器发送 ICMP 重定向,应答绕过了它",
        ...[...own].reverse().map((one) => ({
          on: site.director.name,
          was: one,
          is: null,
          after: lines[lines.indexOf(one) - 1] ?? null,
        })),
      );
    },
  },
];
