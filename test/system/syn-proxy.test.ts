/** The SYN proxy in a whole lab: clients that complete their handshake, and a flood of those that do not. */
import { type DropReason, Recorder } from "@lvsim/core";
import { Lab, type LabDefinition } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";

const lab = labNamed("syn-proxy");
const FLOOD = "for i in $(seq 200); do nc -z -w 1 172.16.100.1 80 & done; wait";

/** The lab with its director's start-up commands changed. */
function labWith(from: string, to: string): LabDefinition {
  const director = lab.hosts["lvs-server"];
  if (director?.start === undefined) throw new Error("no start-up commands");
  const start = director.start.replaceAll(from, to);
  return { ...lab, hosts: { ...lab.hosts, "lvs-server": { ...director, start } } };
}

/** Built and started, without traffic. */
function started(definition: LabDefinition): { readonly lab: Lab; readonly trace: Recorder } {
  const trace = new Recorder();
  const built = Lab.build({ ...definition, traffic: [] }, { seed: "1", trace });
  built.run();
  return { lab: built, trace };
}

const drops = (trace: Recorder): ReadonlySet<DropReason> =>
  new Set([...trace.events()].flatMap((event) => (event.kind === "dropped" ? [event.reason] : [])));

const connections = (built: Lab): string[] =>
  built.exec("lvs-server", "ipvsadm -Lnc").stdout.trim().split("\n").slice(2);

describe.each(["-b", "-m"])("with servers %s", (method) => {
  const definition = (proxy: string): LabDefinition => {
    const changed = labWith("-b -w 1", `${method} -w 1`);
    const director = changed.hosts["lvs-server"];
    const start = director?.start?.replace("-j enable", `-j ${proxy}`) ?? "";
    const gateway = { gateway: "192.168.100.1" };
    const { rs01, rs02 } = changed.hosts;
    if (director === undefined || rs01 === undefined || rs02 === undefined)
      throw new Error("hosts");
    return {
      ...changed,
      hosts: {
        ...changed.hosts,
        "lvs-server": { ...director, start: `sysctl -qw net.ipv4.ip_forward=1\n${start}` },
        rs01: { ...rs01, ...gateway },
        rs02: { ...rs02, ...gateway },
        client: { ...(changed.hosts.client as typeof rs01), gateway: "172.16.100.1" },
      },
    };
  };

  test("a flood leaves no entry, and a client still gets its answer", () => {
    const { lab: built } = started(definition("enable"));
    built.exec("attacker", FLOOD);
    expect(connections(built)).toEqual([]);
    const counted = built.exec("lvs-server", "cat /proc/net/ip_vs_ext_stats").stdout;
    expect(counted).toMatch(/^synproxy_syn_cnt +: +200 $/m);
    const answers = [1, 2].map(() => built.exec("client", "curl -s http://172.16.100.1/").stdout);
    expect(answers.toSorted()).toEqual(["rs01\n", "rs02\n"]);
  });

  test("without the proxy every SYN of the flood leaves one", () => {
    const { lab: built } = started(definition("disable"));
    built.exec("attacker", FLOOD);
    expect(connections(built).length).toBeGreaterThanOrEqual(200);
  });

  test("a long answer comes whole, also over a link that loses frames", () => {
    const lossy: LabDefinition = {
      ...definition("enable"),
      segments: { ...lab.segments, outside: { ...lab.segments.outside, loss: 0.05 } as never },
    };
    const { lab: built, trace } = started(lossy);
    const page = "/usr/share/nginx/html/long";
    for (const server of ["rs01", "rs02"]) built.exec(server, `seq 40000 > ${page}`);
    const { stdout, status } = built.exec("client", "curl -s http://172.16.100.1/long");
    expect(status).toBe(0);
    expect(stdout === built.exec("rs01", `cat ${page}`).stdout).toBe(true);
    expect(drops(trace)).toContain("link-loss");
  });
});

test("with synproxy_defer a client that says nothing reaches nobody, and one that asks is answered", () => {
  const { lab: built, trace } = started(lab);
  built.exec("lvs-server", "sysctl -qw net.ipv4.vs.synproxy_defer=1");
  built.exec("client", "nc -z -w 1 172.16.100.1 80; sleep 1");
  expect(connections(built)).toEqual([]);
  expect(drops(trace)).toContain("ipvs-syn-proxy-deferred");
  expect(built.exec("client", "curl -s http://172.16.100.1/").stdout).toMatch(/^rs0[12]\n$/);
});

/** curl's 28: out of time; 56: reset by the peer. */
test.each([
  ["ip link set eth0 down", "28\n", "ipvs-syn-proxy-no-answer"],
  ["systemctl stop nginx", "56\n", "tcp-no-socket"],
] as const)("servers after %s: a client's curl ends with %s", (command, code, reason) => {
  const { lab: built, trace } = started(lab);
  for (const server of ["rs01", "rs02"]) built.exec(server, command);
  const { stdout } = built.exec("client", "curl -s -m 20 http://172.16.100.1/; echo $?");
  expect(stdout).toBe(code);
  expect(drops(trace)).toContain(reason);
});
