/** Virtual services, their servers and schedulers, marks, pools. */
import type { Draw } from "../draw.ts";
import { type FaultKind, fault, lineBecomes, lineComes } from "../fault-kind.ts";
import { firstAddress, linesAt, type Place, type Site } from "../places.ts";
import { localAddress } from "../start-lines.ts";

const last = (site: Site, place: Place): string | null => linesAt(site, place).at(-1) ?? null;

const serviceLine = (site: Site): string =>
  linesAt(site, site.director).find((line) => line.startsWith("ipvsadm -A ")) ?? "";

const serverLine = (site: Site, server: Place): string =>
  linesAt(site, site.director).find(
    (line) => line.startsWith("ipvsadm -a ") && line.includes(` -r ${firstAddress(server)}:`),
  ) ?? "";

/** Lines of the director whose words change. */
function reworded(
  site: Site,
  says: readonly [en: string, zh: string],
  change: (line: string) => string,
) {
  const { director } = site;
  const edits = linesAt(site, director)
    .filter((line) => change(line) !== line)
    .map((line) => lineBecomes(director, line, change(line)));
  return edits.length === 0 ? null : fault(director, says[0], says[1], ...edits);
}

/** One server's line with something else in it. */
function serverWith(
  site: Site,
  draw: Draw,
  says: (name: string) => readonly [en: string, zh: string],
  change: (line: string) => string,
) {
  const server = draw.one(site.servers);
  const line = server === undefined ? "" : serverLine(site, server);
  if (server === undefined || line === "" || change(line) === line) return null;
  return fault(site.director, ...says(server.name), lineBecomes(site.director, line, change(line)));
}

const without = (site: Site, line: string) => {
  const lines = linesAt(site, site.director);
  return {
    on: site.director.name,
    was: line,
    is: null,
    after: lines[lines.indexOf(line) - 1] ?? null,
  };
};

export const SERVICE_KINDS: readonly FaultKind[] = [
  {
    name: "service-for-another-port",
    isEasy: true,
    plant: (site, draw) =>
      reworded(
        site,
        ["the virtual service is for another port", "虚拟服务的端口不对"],
        (() => {
          const port = draw.one([site.plan.port + 1, 8081, 443]);
          return (line: string) =>
            line.replace(`${site.vip}:${site.plan.port} `, `${site.vip}:${port} `);
        })(),
      ),
  },
  {
    name: "service-for-another-protocol",
    isEasy: true,
    plant: (site) =>
      reworded(
        site,
        ["the virtual service is for the other protocol", "虚拟服务的协议不对"],
        (line) =>
          line.replace(
            /^(ipvsadm -[AaP]) -([tu]) /,
            (_all, start, option) => `${start} -${option === "t" ? "u" : "t"} `,
          ),
      ),
  },
  {
    name: "service-on-another-address",
    isEasy: true,
    plant: (site) => {
      const other = site.vip.replace(/\d+$/, (number) => `${Number(number) + 1}`);
      return reworded(
        site,
        [`the virtual service is on ${other}`, `虚拟服务建在 ${other} 上`],
        (line) => (line.startsWith("ipvsadm") ? line.replace(`${site.vip}:`, `${other}:`) : line),
      );
    },
  },
  {
    name: "server-left-out",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server === undefined ? "" : serverLine(site, server);
      if (server === undefined || line === "") return null;
      return fault(
        site.director,
        `${server.name} is not in the service`,
        `服务中没有 ${server.name}`,
        without(site, line),
      );
    },
  },
  {
    name: "server-at-wrong-address",
    isEasy: true,
    plant: (site, draw) =>
      serverWith(
        site,
        draw,
        (name) => [`the service has a wrong address for ${name}`, `服务中 ${name} 的地址不对`],
        (line) =>
          line.replace(
            /( -r \S+\.)(\d+):/,
            (_all, start, number) => `${start}${Number(number) + 15}:`,
          ),
      ),
  },
  {
    name: "server-at-wrong-port",
    isEasy: true,
    plant: (site, draw) =>
      site.plan.shape.method === "-g" || site.plan.shape.method === "-i"
        ? null
        : serverWith(
            site,
            draw,
            (name) => [`the service has a wrong port for ${name}`, `服务中 ${name} 的端口不对`],
            (line) =>
              line.replace(
                /:(\d+) (-[mb])/,
                (_all, port, option) => `:${Number(port) + 1} ${option}`,
              ),
          ),
  },
  {
    name: "all-servers-at-wrong-port",
    isEasy: true,
    plant: (site) =>
      site.plan.shape.method === "-g" || site.plan.shape.method === "-i"
        ? null
        : reworded(
            site,
            ["the service sends to a port where nobody listens", "服务转发到无人监听的端口"],
            (line) =>
              line.replace(
                /^(ipvsadm -a .*):(\d+) (-[mb])/,
                (_all, start, port, option) => `${start}:${Number(port) + 2} ${option}`,
              ),
          ),
  },
  {
    name: "weight-0",
    isEasy: true,
    plant: (site, draw) =>
      serverWith(
        site,
        draw,
        (name) => [`${name} has weight 0`, `${name} 的权重为 0`],
        (line) => line.replace(/-w \d+$/, "-w 0"),
      ),
  },
  {
    name: "weight-0-everywhere",
    isEasy: true,
    plant: (site) =>
      reworded(site, ["every real server has weight 0", "所有真实服务器的权重都为 0"], (line) =>
        line.replace(/^(ipvsadm -a .*)-w \d+$/, "$1-w 0"),
      ),
  },
  {
    name: "threshold-reached",
    isEasy: false,
    plant: (site) =>
      reworded(
        site,
        ["every real server takes one connection at most", "每台真实服务器最多接受一个连接"],
        (line) => (line.startsWith("ipvsadm -a ") ? `${line} -x 1` : line),
      ),
  },
  {
    name: "method-wrong-for-one-server",
    isEasy: false,
    plant(site, draw) {
      const { method } = site.plan.shape;
      const other = draw.one(["-g", "-i", "-m"].filter((one) => one !== method));
      return serverWith(
        site,
        draw,
        (name) => [`the forwarding method of ${name} is ${other}`, `${name} 的转发方式是 ${other}`],
        (line) => line.replace(` ${method} `, ` ${other} `),
      );
    },
  },
  {
    name: "method-wrong-for-all",
    isEasy: false,
    plant(site, draw) {
      const { method } = site.plan.shape;
      const other = draw.one(["-g", "-i", "-m"].filter((one) => one !== method));
      return reworded(
        site,
        [
          `the forwarding method is ${other} instead of ${method}`,
          `转发方式是 ${other},应为 ${method}`,
        ],
        (line) =>
          line.startsWith("ipvsadm -a ") ? line.replace(` ${method} `, ` ${other} `) : line,
      );
    },
  },
  {
    name: "mark-wrong",
    isEasy: false,
    plant(site) {
      const { mark } = site.plan;
      return mark === 0
        ? null
        : reworded(
            site,
            ["packets get another mark than the service is for", "报文的标记与服务的标记不同"],
            (line) => line.replace(`--set-mark ${mark}`, `--set-mark ${mark + 10}`),
          );
    },
  },
  {
    name: "mark-missing",
    isEasy: false,
    plant(site) {
      const line = linesAt(site, site.director).find((one) => one.includes("--set-mark"));
      return line === undefined
        ? null
        : fault(site.director, "packets get no mark", "报文没有被打上标记", without(site, line));
    },
  },
  {
    name: "persistence-pins",
    isEasy: false,
    plant(site) {
      const line = serviceLine(site);
      if (line === "" || line.includes(" -p ") || site.plan.clients > 1) return null;
      return fault(
        site.director,
        "persistence keeps the client at one server",
        "持久连接把客户端固定在一台服务器",
        lineBecomes(site.director, line, `${line} -p 600`),
      );
    },
  },
  {
    name: "scheduler-pins",
    isEasy: false,
    plant(site, draw) {
      const other = draw.one(["sh", "dh", "fo", "ovf"]);
      const { scheduler } = site.plan;
      if (scheduler === "sh" || scheduler === "mh") return null;
      return reworded(
        site,
        [
          `the scheduler is ${other}, which keeps to one server`,
          `调度算法是 ${other},只用一台服务器`,
        ],
        (line) => line.replace(`-s ${scheduler}`, `-s ${other}`),
      );
    },
  },
  {
    name: "local-address-missing",
    isEasy: false,
    plant(site) {
      const line = linesAt(site, site.director).find((one) => one.startsWith("ipvsadm -P "));
      return line === undefined
        ? null
        : fault(
            site.director,
            "the service has no local address",
            "服务没有本地地址",
            without(site, line),
          );
    },
  },
  {
    name: "local-address-wrong",
    isEasy: false,
    plant(site) {
      const local = localAddress(site);
      const other = local.replace(/\d+$/, (number) => `${Number(number) + 1}`);
      return reworded(
        site,
        [`the local address ${other} is on no device`, `本地地址 ${other} 不在任何网卡上`],
        (line) => (line.startsWith("ipvsadm -P ") ? line.replace(local, other) : line),
      );
    },
  },
  {
    name: "director-drops-packets",
    isEasy: false,
    plant: (site) =>
      fault(
        site.director,
        "the director drops one packet in two (vs.drop_packet)",
        "调度器丢弃一部分报文(vs.drop_packet)",
        lineComes(site.director, "sysctl -w net.ipv4.vs.am_droprate=2", last(site, site.director)),
        lineComes(
          site.director,
          "sysctl -w net.ipv4.vs.drop_packet=3",
          "sysctl -w net.ipv4.vs.am_droprate=2",
        ),
      ),
  },
  {
    name: "backup-serves-too",
    isEasy: false,
    plant(site) {
      const backup = site.places.find(({ kind }) => kind === "backup");
      if (backup === undefined) return null;
      return fault(
        backup,
        "the backup director has the VIP at the same time",
        "备用调度器同时持有 VIP",
        lineComes(
          backup,
          `ip addr add ${site.vip}/32 dev ${backup.legs[0]?.device}`,
          last(site, backup),
        ),
        lineComes(
          backup,
          `arping -c 2 -A -I ${backup.legs[0]?.device} ${site.vip} > /dev/null || true`,
          `ip addr add ${site.vip}/32 dev ${backup.legs[0]?.device}`,
        ),
      );
    },
  },
];
