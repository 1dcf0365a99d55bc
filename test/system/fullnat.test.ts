/** FULLNAT on whole machines: real streams through a director that rewrites both ends and every number. */
import { later, Recorder, seconds } from "@lvsim/core";
import { Lab, type LabDefinition } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";

const FULLNAT = labNamed("fullnat");
const VIP = "172.16.100.1";
const DIRECTOR = "lvs-server";

/** The lab of the sheet with one server, its start-up commands carried out. */
function ready(definition: LabDefinition = FULLNAT, recorder: Recorder | null = null): Lab {
  const lab = Lab.build(definition, { seed: "1", trace: recorder });
  for (const [name, { start }] of Object.entries(definition.hosts))
    for (const line of start.trim().split("\n"))
      if (line !== "") expect(lab.exec(name, line).status, line).toBe(0);
  for (const server of ["192.168.100.3", "192.168.100.4"])
    lab.exec(DIRECTOR, `ipvsadm -d -t ${VIP}:80 -r ${server}:80`);
  return lab;
}

const sleep = (lab: Lab, count: number): void => {
  lab.until(later(lab.now, seconds(count)));
};

describe("a stream of a hundred kilobytes", () => {
  const lossy: LabDefinition = {
    ...FULLNAT,
    segments: Object.fromEntries(
      Object.entries(FULLNAT.segments).map(([name, segment]) => [
        name,
        { ...segment, loss: 0.03, reordering: 0.02 },
      ]),
    ),
  };

  test.each([
    ["over cables that lose and reorder", lossy, ""],
    [
      "over a way with a smaller MTU behind the director",
      FULLNAT,
      "sysctl -w net.ipv4.vs.fast_xmit_inside=0; ip route change 192.168.100.0/24 dev eth1 src 192.168.100.1 mtu 1000",
    ],
    [
      "without the fast ways",
      FULLNAT,
      "sysctl -w net.ipv4.vs.fast_xmit=0 net.ipv4.vs.fast_xmit_inside=0",
    ],
  ])("arrives whole in both directions %s", (_what, definition, command) => {
    const lab = ready(definition);
    lab.exec("rs01", "systemctl stop nginx");
    if (command !== "") expect(lab.exec(DIRECTOR, command).status).toBe(0);
    const make = "seq 20000 > out";
    for (const host of ["client", "rs01"]) lab.exec(host, make);
    lab.exec("rs01", "nc -l -p 80 < out > in &");
    const sent = lab.exec("client", `nc -N ${VIP} 80 < out > in`);
    expect(sent.status).toBe(0);
    sleep(lab, 5);
    const same = '[ "$(cat in)" = "$(seq 20000)" ]';
    for (const host of ["client", "rs01"]) expect(lab.exec(host, same).status).toBe(0);
    const repeated = lab.machines.get("client")?.namespace.sockets.counters.RetransSegs ?? 0;
    if (definition === lossy) expect(repeated).toBeGreaterThan(0);
  });
});

test("an idle connection is reset at both ends after 90 s, before anybody writes in vain", () => {
  const lab = ready();
  lab.exec("rs01", "systemctl stop nginx; sleep 600 | nc -l -p 80 &");
  lab.start("client", `sleep 600 | nc ${VIP} 80`);
  sleep(lab, 80);
  const established = (host: string): string =>
    lab.exec(host, "ss -tn state established | grep -c :80").stdout.trim();
  expect([established("client"), established("rs01")]).toEqual(["1", "1"]);
  sleep(lab, 12);
  expect([established("client"), established("rs01")]).toEqual(["0", "0"]);
  expect(lab.exec(DIRECTOR, "grep rst_ /proc/net/ip_vs_ext_stats").stdout).toMatch(
    /rst_in_established +: +1 \nrst_out_established +: +1 \n/,
  );
});

test("rules for INPUT see nothing of the service, and nothing of it is tracked", () => {
  const lab = ready();
  lab.exec(DIRECTOR, `iptables -A INPUT -p tcp -d ${VIP} -j DROP`);
  lab.exec(DIRECTOR, "iptables -A OUTPUT -m conntrack --ctstate NEW -j DROP");
  expect(lab.exec("client", `curl -s -m 3 http://${VIP}/`)).toMatchObject({ stdout: "rs01\n" });
  expect(lab.exec(DIRECTOR, "conntrack -L 2>/dev/null").stdout).toBe("");
  // what the service does not take goes on as everywhere
  expect(lab.exec("client", `ping -c 1 ${VIP}`).status).toBe(0);
});

test("the table of connections names the end towards the server", () => {
  const lab = ready();
  lab.exec("client", `curl -s --local-port 40001 http://${VIP}/; sleep 1`);
  const [title, line] = lab.exec(DIRECTOR, "cat /proc/net/ip_vs_conn").stdout.split("\n");
  expect(title).toBe(
    "Pro FromIP   FPrt ToIP     TPrt LocalIP  LPrt DestIP   DPrt State       Expires",
  );
  expect(line).toMatch(
    /^TCP AC10640A 9C41 AC106401 0050 C0A86465 1389 C0A86402 0050 TIME_WAIT {2,}[67]$/,
  );
});

test("another port of the VIP does not answer at all, unless vs.tcp_drop_entry is 0", () => {
  const lab = ready();
  const ask = (): number => lab.exec("client", `nc -z -w 2 ${VIP} 22`).status;
  const before = lab.now;
  expect(ask()).toBe(1);
  expect(lab.now - before).toBeGreaterThanOrEqual(2e9);
  lab.exec(DIRECTOR, "sysctl -w net.ipv4.vs.tcp_drop_entry=0");
  const after = lab.now;
  expect(ask()).toBe(1);
  expect(lab.now - after, "a RST came").toBeLessThan(1e9);
});

test("with DPVS ports begin lower and a SYN says nothing of the client, who is known all the same", () => {
  const recorder = new Recorder();
  const lab = ready({ ...FULLNAT, ipvsadm: "dpvs" }, recorder);
  lab.exec("rs01", "modprobe toa");
  lab.exec("rs01", "tcpdump -n -i eth0 -w /tmp/dump tcp &");
  expect(lab.exec("client", `curl -s http://${VIP}/`).stdout).toBe("rs01\n");
  const { stdout } = lab.exec("rs01", "sleep 1; kill %1; tcpdump -n -r /tmp/dump 2>/dev/null");
  const [syn, , ack] = stdout.split("\n");
  expect(syn).toMatch(/192\.168\.100\.101\.1026 > .*Flags \[S\]/);
  expect(syn).not.toContain("exp-");
  expect(ack).toMatch(/Flags \[\.\].*options \[exp-[0-9a-f]{4}\]/);
  expect(lab.exec("rs01", "cut -d' ' -f1 /var/log/nginx/access.log").stdout).toBe(
    "172.16.100.10\n",
  );
});
