/** `lvsim run`: each lab comes to its end, as a report, as JSON Lines, as capture files. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "./folder.ts";
import { lvsim } from "./lvsim.ts";

const folder = folderWith({});
/** The block type that every pcapng file begins with. */
const SECTION_HEADER = 0x0a0d0d0a;

/** The text without what follows from ports and counts of events. */
const withoutNumbers = (text: string): string => text.replace(/:[3-6]\d{4}\b/g, ":PORT");

describe.concurrent("lvsim run", { timeout: 60_000 }, () => {
  test("shows direct routing in about a screen", async () => {
    const { status, out, err } = await lvsim(["run", "dr"]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    const lines = withoutNumbers(out).split("\n");
    expect(lines.length).toBeLessThanOrEqual(66);
    const walk = lines.slice(lines.findIndex((line) => line.startsWith("First request")) + 1);
    expect(walk.slice(0, walk.indexOf("")).join("\n")).toMatchInlineSnapshot(`
      "  #4  3.000000  client             sends SYN .1:PORT → .200:80              via OUTPUT, POSTROUTING
        #5            client → everyone  ARP who has .200? a answers (#6) · client now believes: .200 = a
                                           b, c silent: arp_ignore=1
        #4  3.000200  client → a         SYN .1:PORT → .200:80                    MAC client → a · TTL 64
            3.000300  a                  PREROUTING: accept                        .200 is local → INPUT
          ✓ sheet 1  The request enters the director: client to VIP, at PREROUTING.
                      a                  INPUT: IPVS wrr chooses c .130:80 (Route) · SYN_RECV for 60 s
                                           IP addresses and ports untouched
          ✓ sheet 2  The VIP is local, so the packet goes to INPUT.
          ✓ sheet 3  IPVS finds the service and picks a real server; only the MAC addresses will change.
                     ≠ Linux differs: OUTPUT, then POSTROUTING; MAC addresses only after both.
        #4  3.000500  a → c              SYN .1:PORT → .200:80                    MAC a → c · TTL 64 → 63
                                           via OUTPUT, POSTROUTING · ARP finds c (#7, #8)
          ✓ sheet 4  Director and real server share a segment: the frame goes to the real server's MAC.
            3.000600  c                  PREROUTING, INPUT → TCP port 80           .200 is on lo:0
        #9  3.000800  c → client         SYN,ACK .200:80 → .1:PORT                MAC c → client · TTL 64
                                           via OUTPUT, POSTROUTING · ARP finds client (#10, #11)
          ✓ sheet 5  The real server accepts the frame, and answers from the VIP to the client.
                     ≠ Linux differs: the answer does not pass lo; it leaves by eth0 at once.
            3.000900  client             PREROUTING, INPUT → TCP port 59772
          ✓ sheet 6  The answer reaches the client without having seen the director.
        The rest of the exchange, until 3.001500
          client → a → c  #12 ACK · #13 PSH,ACK 78 B · #16 ACK · #17 FIN,ACK · #19 ACK
          c → client      #14 ACK · #15 PSH,ACK 249 B · #18 FIN,ACK"
    `);
    const requests = lines.slice(lines.findIndex((line) => line.startsWith("6 requests")));
    expect(requests.slice(0, requests.indexOf("")).join("\n")).toMatchInlineSnapshot(`
      "6 requests   #4 c · #20 b · #35 c · #45 b · #55 c · #65 b · all answered
        client# curl -s http://192.168.31.200/   b 3/6, c 3/6 · as weighted (deviation 0)
                                                 c: "real server 2" · b: "real server 1"
      ✗ a# curl -sS --connect-timeout 3 http://192.168.31.200/   no answer after 3.001 s: exit status 28
          curl: (28) Connection timed out after 3001 milliseconds
          c dropped #76 as a martian: its source .200 is c's own address (ip-martian-source)
          The same in the field: a director cannot test its own DR service; test from a client."
    `);
    expect(out).toContain("   -> 192.168.31.129:80            Route   1      0          3");
  });

  test("gives JSON Lines with a summary last, the same twice but for the time it took", async () => {
    const runs = await Promise.all([
      lvsim(["run", "tun", "--json"]),
      lvsim(["run", "tun", "--json"]),
    ]);
    const [first, second] = runs.map(({ out }) => out.trimEnd().split("\n"));
    const last = JSON.parse(first?.at(-1) ?? "");
    expect(last).toMatchObject({ kind: "summary", scenario: "tun", seed: "1", failedStarts: 0 });
    expect(last.requests.map(({ server }: { server: string }) => server)).toEqual([
      "rs03",
      "rs02",
      "rs01",
      "rs03",
      "rs02",
      "rs01",
    ]);
    expect(first?.length).toBe(last.events + 1);
    expect(second?.slice(0, -1)).toEqual(first?.slice(0, -1));
    const { wallSeconds: _time, ...rest } = JSON.parse(second?.at(-1) ?? "");
    expect(last).toMatchObject(rest);
    expect(runs.map(({ status, err }) => ({ status, err }))).toEqual([
      { status: 0, err: "" },
      { status: 0, err: "" },
    ]);
  });

  test("speaks Chinese", async () => {
    const { status, out, err } = await lvsim(["run", "fullnat", "--lang", "zh"]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("第一个请求与应答,逐跳");
    for (const step of [1, 2, 3, 4, 5]) expect(out).toContain(`✓ 手册第 ${step} 步`);
    expect(out).toContain("全部得到应答");
  });

  test("writes a capture file for each interface that saw a packet", async () => {
    const to = join(folder, "new", "captures");
    const { status, out, err } = await lvsim(["run", "nat", "--pcap", to]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain(`Wrote 6 capture files to ${to}\n`);
    const files = readdirSync(to).sort();
    expect(files).toEqual([
      "client.eth0.pcapng",
      "lvs-server.eth0.pcapng",
      "lvs-server.eth1.pcapng",
      "rs01.eth0.pcapng",
      "rs02.eth0.pcapng",
      "rs03.eth0.pcapng",
    ]);
    for (const file of files)
      expect(readFileSync(join(to, file)).readUInt32LE(0)).toBe(SECTION_HEADER);
  });

  test("says nothing when its reader leaves early", async () => {
    const { out, err } = await lvsim(["run", "dr", "--json"], { leaves: true });
    expect(out.length).toBeGreaterThan(0);
    expect(err).toBe("");
  });
});
